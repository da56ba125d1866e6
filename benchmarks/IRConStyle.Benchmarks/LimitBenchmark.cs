using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using IRConStyle.Modules.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>
/// What the machine can do, and how much of it networks use, layer by layer and fused: everything in turns within one process,
/// so that a noisy machine is noisy for all. Shares of the limit are the result; times are the machine's.
/// </summary>
internal static class LimitBenchmark
{
    private static readonly int[] Sides = [256, 512];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Measures and prints.</summary>
    /// <param name="arguments">
    /// <c>--rounds N</c>; <c>--threads N</c>, all of libtorch's by default; <c>--json FILE</c>.
    /// </param>
    public static void Run(string[] arguments)
    {
        var rounds = int.Parse(TrainingComparison.Value(arguments, "--rounds") ?? "9", CultureInfo.InvariantCulture);
        using var networks = new LimitNetworks();
        var cases = Machine().Concat(Networks(networks)).ToList();
        if (TrainingComparison.Value(arguments, "--threads") is { } threads)
            set_num_threads(int.Parse(threads, CultureInfo.InvariantCulture));
        // The first round warms up.
        for (var round = -1; round < rounds; round++)
            foreach (var @case in cases)
                @case.Measure(keep: round >= 0);

        var limit = cases.Where(@case => @case.IsLimit).Max(@case => @case.Operations / @case.Median) / 1e9;
        Console.WriteLine($"{get_num_threads()} threads, kernels {FusedKernels.Best}, medians of {rounds} rounds");
        Console.WriteLine("                                  seconds   GFLOP/s   share      MP/s   peak MB");
        var results = new List<Measured>();
        foreach (var @case in cases)
        {
            var result = @case.Result(limit);
            results.Add(result);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Name + @case.Rate,-32} {result.Seconds,8:F4} {result.Gflops,9:F1} {result.Share,7:P0} {result.MegapixelsPerSecond,9:F2} {result.PeakMegabytes,9:F0}"));
        }

        if (TrainingComparison.Value(arguments, "--json") is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(results, Json));
    }

    /// <summary>One network in one form in a process of its own: prints its peak of memory in kilobytes.</summary>
    public static void ServePeak(string pipeline, string side, string form)
    {
        using var networks = new LimitNetworks();
        var pixels = int.Parse(side, CultureInfo.InvariantCulture);
        using var image = Image(pixels);
        networks.Restore(pipeline, Enum.Parse<KernelForm>(form), image);
        Console.WriteLine(TrainingWorker.Memory("VmHWM"));
    }

    private static IEnumerable<Case> Machine()
    {
        var map = rand(1, 128, 128, 96).permute(0, 3, 1, 2);
        var weight = rand(96, 96, 3, 3);
        yield return new Case("convolution 3×3, 96 channels", 128.0 * 128 * 96 * 96 * 9 * 2, () => nn.functional.conv2d(map, weight, padding: [1, 1]).Dispose())
        {
            IsLimit = true,
        };

        if (FusedKernels.Best != KernelForm.Plain)
        {
            var source = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            source.Tensor.fill_(1);
            var target = new FeatureMap(FeatureMap.Empty(1, 192, 128, 128));
            using var square = rand(192, 192);
            var product = new PointwiseConvolution(square, bias: null);
            yield return new Case("product of the kernels, 192", 128.0 * 128 * 192 * 192 * 2, () => Multiply(product, source, target)) { IsLimit = true };
        }

        var matrix = rand(1024, 1024);
        yield return new Case("matrix product, 1024", 2.0 * 1024 * 1024 * 1024, () => matrix.mm(matrix).Dispose());

        var (from, to) = (rand(64 << 20), rand(64 << 20));
        yield return new Case("copy, 256 MB", 0, () => to.copy_(from)) { Bytes = 2.0 * (256 << 20) };
    }

    private static IEnumerable<Case> Networks(LimitNetworks networks)
    {
        foreach (var pipeline in LimitNetworks.Pipelines)
            foreach (var side in Sides)
            {
                var image = Image(side);
                var operations = networks.Operations(pipeline, side);
                foreach (var form in new[] { KernelForm.Plain, FusedKernels.Best }.Distinct())
                    yield return new Case($"{pipeline} {side}² {(form == KernelForm.Plain ? "layers" : "fused")}", operations, () => networks.Restore(pipeline, form, image))
                    {
                        Megapixels = side * side / 1e6,
                        PeakOf = () => double.Parse(OwnProcess.Run("limit-peak", pipeline, $"{side}", $"{form}"), CultureInfo.InvariantCulture) / 1024,
                    };
            }
    }

    private static void Multiply(PointwiseConvolution product, FeatureMap source, FeatureMap target) =>
        new RowBands(target, bytesPerColumn: 0).Run((band, _) =>
        {
            for (var row = band.Top; row < band.Bottom; row++)
            {
                var (from, to) = (source.Row(0, row, 0, source.Width), target.Row(0, row, 0, target.Width));
                foreach (var (start, count) in from.Chunks())
                    product.Apply(from.Slice(start, count), to.Slice(start, count));
            }
        });

    private static Tensor Image(int side) => rand(1, 3, side, side);

    /// <summary>Something that is timed.</summary>
    private sealed class Case(string name, double operations, Action run)
    {
        private readonly List<double> _seconds = [];

        public double Operations => operations;

        public bool IsLimit { get; init; }

        public double Bytes { get; init; }

        public double Megapixels { get; init; }

        public Func<double>? PeakOf { get; init; }

        public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

        public void Measure(bool keep)
        {
            var start = Stopwatch.GetTimestamp();
            run();
            if (keep)
                _seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        /// <summary>For what moves memory instead of computing.</summary>
        public string Rate => Bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $": {Bytes / Median / 1e9:F1} GB/s") : "";

        public Measured Result(double limit)
        {
            var rate = operations / Median / 1e9;
            return new Measured(
                name, Median, operations > 0 ? rate : null, operations > 0 ? rate / limit : null,
                Megapixels > 0 ? Megapixels / Median : null, PeakOf?.Invoke());
        }
    }

    /// <summary>One line of the result; null where a figure makes no sense.</summary>
    private sealed record Measured(string Name, double Seconds, double? Gflops, double? Share, double? MegapixelsPerSecond, double? PeakMegabytes);
}
