using System.Text.RegularExpressions;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Compares a repeated training with golden vectors. Training amplifies rounding (AdamW turns a gradient that is rounding
/// noise into a step of full size), so that each kind of tensor has a tolerance of its own; docs/parity.md gives them.
/// Of a float32 run only losses, averages and what comes before the first optimizer step are compared.
/// </summary>
internal sealed partial class TrainingComparison(GoldenFile file, double learningRate, int iterations, torch.ScalarType type)
{
    private const string Expected = "expected/";
    private const double Peak = 1e-4;
    private const double AverageTolerance = 5e-6;
    private const double QueueTolerance = 1e-4;
    private const double StatisticsTolerance = 5e-4;
    private const double OutputTolerance = 1e-4;
    private const double MostTolerance = 1e-5;
    private const double MeanTolerance = 1e-6;

    private readonly bool _isPrecise = type == torch.ScalarType.Float64;
    private readonly List<torch.Tensor> _weights = [];
    private readonly Dictionary<string, ParityGroup> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);

    /// <summary>The groups compared so far. Golden tensors that nothing was compared with count as failures.</summary>
    public IReadOnlyList<ParityGroup> Finish()
    {
        if (_weights.Count > 0)
        {
            var differences = torch.cat(_weights);
            Merge("final/mean", differences.mean().item<double>(), MeanTolerance);
            // By sorting: a quantile is limited to some millions of numbers.
            Merge("final/99 %", differences.sort().Item1[(long)(0.99 * (differences.numel() - 1))].item<double>(), MostTolerance);
            Merge("final/largest", Max(differences), 2 * learningRate * iterations);
        }

        foreach (var name in file.Names(Expected).Where(name => _isPrecise && !_compared.Contains(name) && !CannotBeKnown().IsMatch(name)))
            Merge("missing " + name, double.NaN, 0);
        return [.. _groups.Values];
    }

    /// <summary>Iterations × losses; a loss that is absent is NaN in the golden table and 0 here.</summary>
    public void Losses(torch.Tensor computed)
    {
        var golden = Golden("losses").nan_to_num(0);
        if (!Fits("losses", computed, golden))
            return;
        // Steps amplify the rounding of the first: the authors' own float32 run strays 2e-5 from its float64 run in five steps, and
        // processors that lay feature maps out otherwise by another amount.
        var (exact, later) = _isPrecise ? (2, 5e-5) : (1, 1e-4);
        for (var iteration = 0; iteration < iterations; iteration++)
            Merge("losses", Largest(computed[iteration], golden[iteration]), iteration < exact ? 1e-5 : later);
    }

    /// <summary>What a forward pass yields.</summary>
    public void Output(string name, torch.Tensor computed)
    {
        var isEarly = name == "output_1" || name.StartsWith("first_", StringComparison.Ordinal);
        if ((_isPrecise || isEarly) && file.Has(Expected + name) && Golden(name) is var golden && Fits(name, computed, golden))
            Merge(Stem(name), Largest(computed, golden), OutputTolerance * Math.Max(1, golden.abs().max().item<double>()));
    }

    /// <summary>Numbers that must be equal.</summary>
    public void Exact(string name, torch.Tensor computed)
    {
        if (file.Has(Expected + name) && Golden(name) is var golden && Fits(name, computed, golden))
            Merge(name, Largest(computed, golden), 0);
    }

    /// <summary>Leaves a golden tensor out of the comparison.</summary>
    public void Skip(string path)
    {
        foreach (var name in new[] { path, path + "@sample", path + "@stats" })
            _compared.Add(name);
    }

    /// <summary>A gradient of the first iteration, against its peak.</summary>
    public void Gradient(string name, torch.Tensor computed)
    {
        if (!HasNoGradient().IsMatch(name))
            Each($"grad1/{name}", computed, (difference, golden) => Merge("grad1", Max(difference), Peak * Max(golden)));
        else
            Skip($"grad1/{name}");
    }

    /// <summary>A tensor of the state after the last iteration.</summary>
    public void Final(string name, torch.Tensor computed)
    {
        if (!_isPrecise)
            return;
        var path = $"final/{name}";
        if (HasNoGradient().IsMatch(name))
            Skip(path);
        else if (name.EndsWith("queue", StringComparison.Ordinal))
            Each(path, computed, (difference, _) => Merge("final/queue", Max(difference), QueueTolerance));
        else if (name.Contains("running_", StringComparison.Ordinal))
            Each(path, computed, (difference, _) => Merge("final/statistics", Max(difference), StatisticsTolerance));
        else
            Each(path, computed, (difference, _) => _weights.Add(difference.flatten().MoveToOuterDisposeScope()));
    }

    /// <summary>A tensor of the averaged state.</summary>
    public void Average(string name, torch.Tensor computed)
    {
        if (HasNoGradient().IsMatch(name) || CannotBeKnown().IsMatch($"ema/{name}"))
            Skip($"ema/{name}");
        else
            Each($"ema/{name}", computed, (difference, _) => Merge("ema", Max(difference), AverageTolerance));
    }

    /// <summary>Compares a tensor that is stored whole or as a digest: a sample, and sums over all of it.</summary>
    private void Each(string path, torch.Tensor computed, Action<torch.Tensor, torch.Tensor> merge)
    {
        using var scope = torch.NewDisposeScope();
        var values = computed.detach().cpu().to(torch.float64).contiguous().flatten();
        if (file.Has(Expected + path))
        {
            var golden = Golden(path).flatten();
            if (Fits(path, values, golden))
                merge((values - golden).abs(), golden);
            return;
        }

        if (!file.Has($"{Expected}{path}@sample"))
        {
            Merge("not in the file: " + path, double.NaN, 0);
            return;
        }

        var stats = Golden(path + "@stats").data<double>().ToArray();
        var sample = Golden(path + "@sample");
        var picked = values[torch.TensorIndex.Slice(0, null, (long)stats[1])];
        if (!Fits(path + "@sample", picked, sample))
            return;
        merge((picked - sample).abs(), sample);
        // The sums see what lies between the samples, as a mean deviation.
        var count = Math.Max(1, stats[0]);
        var sums = Math.Max(
            Math.Abs(values.sum().item<double>() - stats[2]),
            Math.Abs(values.dot(DerivedWeights.Sequence(values.numel())).item<double>() - stats[7])) / count;
        var isFull = values.numel() == (long)stats[0];
        Merge(Stem(path) + " sums", isFull ? sums : double.NaN, Peak * Math.Max(stats[3] / count, 1e-3));
    }

    private torch.Tensor Golden(string name)
    {
        _compared.Add(name);
        var precise = "expected_f64/" + name;
        return file.Read(file.Has(precise) ? precise : Expected + name).to(torch.float64);
    }

    private bool Fits(string name, torch.Tensor computed, torch.Tensor golden)
    {
        if (computed.shape.AsSpan().SequenceEqual(golden.shape))
            return true;
        Merge(name + " shape", double.NaN, 0);
        return false;
    }

    private static double Largest(torch.Tensor computed, torch.Tensor golden)
        => Max((computed.detach().cpu().to(torch.float64) - golden).abs());

    private static double Max(torch.Tensor tensor) => tensor.numel() == 0 ? 0 : tensor.abs().max().item<double>();

    private static string Stem(string name) => name.Contains('/', StringComparison.Ordinal) ? name[..name.IndexOf('/', StringComparison.Ordinal)] : CallNumber().Replace(name, "");

    private void Merge(string group, double difference, double tolerance)
    {
        group = _isPrecise ? group : "float32 " + group;
        var candidate = new ParityGroup(group, difference, tolerance);
        if (!_groups.TryGetValue(group, out var worst) || Severity(candidate) > Severity(worst))
            _groups[group] = candidate;
    }

    private static double Severity(ParityGroup group)
        => group.Passed ? group.Difference / Math.Max(group.Tolerance, double.Epsilon) : double.PositiveInfinity;

    /// <summary>A bias right before a batch norm: its gradient is 0, and what is computed of it is rounding.</summary>
    [GeneratedRegex(@"\.mlp\d\.0\.bias$")]
    private static partial Regex HasNoGradient();

    /// <summary>The averaged network's queue stays at a random start that the files do not hold.</summary>
    [GeneratedRegex(@"^ema/.*\.queue(@\w+|_ptr)?$")]
    private static partial Regex CannotBeKnown();

    [GeneratedRegex(@"_?\d+$")]
    private static partial Regex CallNumber();
}
