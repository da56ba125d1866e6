using System.Globalization;
using System.Text.Json;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Modules.Kernels;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>
/// What the machine can do, and how much of it networks use, layer by layer and fused: everything in turns within one process,
/// so that a noisy machine is noisy for all. Shares of the limit are the result; times are the machine's.
/// </summary>
internal static class LimitBenchmark
{
    private static readonly (int Width, int Height) Photograph = (4000, 3000);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Measures and prints.</summary>
    /// <param name="arguments">See <see cref="LimitOptions"/>.</param>
    public static void Run(string[] arguments)
    {
        var options = LimitOptions.Parse(arguments);
        using var networks = new LimitNetworks();
        using var exported = new OnnxNetworks(options.Onnx);
        Console.WriteLine($"kernels {FusedKernels.Best}, medians of {options.Rounds} rounds, threads {string.Join(" and ", options.Threads)}");
        var precisions = options.Precisions.Where(precision => IsComputed(networks, precision)).ToList();

        var machine = new LimitMachine();
        var cases = options.Threads.SelectMany(threads => machine.Cases(threads)
            .Concat(precisions.SelectMany(precision => Networks(networks, options, precision, threads)))
            .Concat(exported.Cases(networks, threads))).ToList();
        // The first round warms up, and shows what would take too long.
        cases.RemoveAll(@case => IsTooSlow(@case, options));
        for (var round = 0; round < options.Rounds; round++)
            foreach (var @case in cases)
                @case.Measure();

        var limits = options.Threads.ToDictionary(
            threads => threads, threads => cases.Where(@case => @case.IsLimit && @case.Threads == threads).Max(@case => @case.Gflops));
        if (options.Photograph)
            cases.AddRange(Photographs(networks, options, precisions));
        Print([.. cases.Select(@case => @case.Result(limits[@case.Threads]))], options.Json);
    }

    /// <summary>One network in one form in a process of its own: prints its peak of memory in kilobytes.</summary>
    public static void ServePeak(string pipeline, string side, string form, string precision)
    {
        using var networks = new LimitNetworks();
        using var image = Image(int.Parse(side, CultureInfo.InvariantCulture));
        networks.Restore(pipeline, Enum.Parse<InferencePrecision>(precision), Enum.Parse<KernelForm>(form), image);
        Console.WriteLine(TrainingWorker.Memory("VmHWM"));
    }

    private static bool IsComputed(LimitNetworks networks, InferencePrecision precision)
    {
        if (networks.Refusal(precision) is not { } reason)
            return true;
        Console.WriteLine($"{precision}: {reason}");
        return false;
    }

    private static bool IsTooSlow(LimitCase @case, LimitOptions options)
    {
        var seconds = @case.WarmUp();
        if (seconds <= options.Patience)
            return false;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{@case.Name}, {@case.Threads} threads: {seconds:F0} s once, not repeated (--patience)"));
        return true;
    }

    private static IEnumerable<LimitCase> Networks(
        LimitNetworks networks, LimitOptions options, InferencePrecision precision, int threads)
    {
        // Kernels are for float32.
        var forms = precision is InferencePrecision.Float32 ? new[] { KernelForm.Plain, FusedKernels.Best }.Distinct() : [KernelForm.Plain];
        foreach (var pipeline in options.Networks)
            foreach (var side in options.Sides)
            {
                var image = Image(side);
                var operations = networks.Operations(pipeline, side, side);
                foreach (var form in forms)
                    yield return new LimitCase(
                        $"{pipeline} {side}² {precision.ToString().ToLowerInvariant()} {(form == KernelForm.Plain ? "layers" : "fused")}",
                        threads, operations, () => networks.Restore(pipeline, precision, form, image))
                    {
                        Megapixels = side * side / 1e6,
                        // Threads change little of it.
                        PeakOf = threads != options.Threads[^1] ? null : () => double.Parse(
                            OwnProcess.Run("limit-peak", pipeline, $"{side}", $"{form}", $"{precision}"), CultureInfo.InvariantCulture) / 1024,
                    };
            }
    }

    /// <summary>Once each, after everything else: the tiles inside are many runs already.</summary>
    private static IEnumerable<LimitCase> Photographs(
        LimitNetworks networks, LimitOptions options, IReadOnlyList<InferencePrecision> precisions)
    {
        var photograph = new RasterImage(Photograph.Width, Photograph.Height, 3);
        Random.Shared.NextBytes(photograph.Samples);
        foreach (var threads in options.Threads)
            foreach (var precision in precisions)
                foreach (var pipeline in options.Networks)
                {
                    var name = $"{pipeline} 12 MP {precision.ToString().ToLowerInvariant()} in tiles";
                    var @case = new LimitCase(name, threads, 0, () => networks.Restore(pipeline, precision, photograph))
                    {
                        Megapixels = Photograph.Width * Photograph.Height / 1e6,
                    };
                    @case.Measure();
                    yield return @case;
                }
    }

    private static void Print(IReadOnlyList<LimitResult> results, string? file)
    {
        Console.WriteLine($"{"",-46} threads   seconds   GFLOP/s   share      MP/s   peak MB");
        foreach (var result in results)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Name,-46} {result.Threads,7} {result.Seconds,9:F4} {result.Gflops,9:F1} {result.Share,7:P0} {result.MegapixelsPerSecond,9:F2} {result.PeakMegabytes,9:F0}"));
        if (file is not null)
            File.WriteAllText(file, JsonSerializer.Serialize(results, Json));
    }

    private static Tensor Image(int side) => rand(1, 3, side, side);
}
