using System.Text.RegularExpressions;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// Compares computed tensors with a golden file's. The tolerance is ten times the largest difference between the authors'
/// float32 and float64 runs of the group's rounding class, at least 2e-6 and at most 1e-3 of the tensor's peak.
/// </summary>
internal sealed partial class GoldenComparison(GoldenFile file, bool oneRoundingClass)
{
    private const string Expected = "expected/";
    private const string Expected64 = "expected_f64/";
    private const double Floor = 2e-6;

    // A damaged golden value would otherwise widen its own tolerance.
    private const double Ceiling = 1e-3;
    private const double DigestTolerance = 1e-5;

    private readonly Dictionary<string, ParityGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _rounding = MeasureRounding(file, oneRoundingClass);
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);

    /// <summary>The groups compared so far. Golden tensors that nothing was compared with count as failures.</summary>
    public IReadOnlyList<ParityGroup> Finish()
    {
        foreach (var name in file.Names(Expected).Where(name => !_compared.Contains(name)))
            Merge(Group(name), double.NaN, 0);
        return [.. _groups.Values];
    }

    /// <summary>Compares a tensor with the golden tensor of that name, whole or as a digest; ignores names without one.</summary>
    public void Compare(string name, torch.Tensor computed)
    {
        using var scope = torch.NewDisposeScope();
        if (file.Has(Expected + name))
            Whole(name, computed);
        if (file.Has(Expected + name + "@sample"))
            Sample(name + "@sample", computed, file.Read(Expected + name + "@stats"));
        if (file.Has(Expected + name + "@stats"))
            Stats(name + "@stats", computed);
    }

    private void Whole(string name, torch.Tensor computed)
    {
        _compared.Add(name);
        var golden = Golden(name);
        if (!golden.shape.AsSpan().SequenceEqual(computed.shape))
            Merge(Group(name), double.NaN, 0);
        else
            Values(name, computed, golden);
    }

    private void Sample(string name, torch.Tensor computed, torch.Tensor stats)
    {
        _compared.Add(name);
        var stride = (long)stats[1].item<double>();
        var sample = computed.contiguous().flatten()[torch.TensorIndex.Slice(0, null, stride)];
        Values(name, sample, Golden(name));
    }

    private void Values(string name, torch.Tensor computed, torch.Tensor golden)
    {
        if (golden.numel() == 0)
            return;
        var exact = golden.to(torch.float64);
        var difference = (computed.detach().cpu().to(torch.float64) - exact).abs().max().item<double>();
        var peak = exact.abs().max().item<double>();
        var tolerance = golden.is_floating_point()
            ? Math.Clamp(10 * _rounding.GetValueOrDefault(RoundingClass(name)), Floor * peak, Ceiling * peak)
            : 0;
        Merge(Group(name), difference, tolerance);
    }

    /// <summary>[numel, stride, sum, sum|x|, sum x², min, max, dot(x,w)], differences taken relative to sum|x|, sum x² and the peak.</summary>
    private void Stats(string name, torch.Tensor computed)
    {
        _compared.Add(name);
        var golden = Golden(name).to(torch.float64).data<double>().ToArray();
        var x = computed.detach().cpu().to(torch.float64).contiguous().flatten();
        var peak = Math.Max(Math.Abs(golden[5]), Math.Abs(golden[6]));
        var parts = new[]
        {
            x.numel() == (long)golden[0] ? 0 : double.NaN,
            Relative(x.sum(), golden[2], golden[3]),
            Relative(x.abs().sum(), golden[3], golden[3]),
            Relative(x.square().sum(), golden[4], golden[4]),
            Relative(x.min(), golden[5], peak),
            Relative(x.max(), golden[6], peak),
            Relative(x.dot(DerivedWeights.Sequence(x.numel())), golden[7], golden[3]),
        };
        Merge(Group(name), parts.Any(double.IsNaN) ? double.NaN : parts.Max(), DigestTolerance);
    }

    private static double Relative(torch.Tensor value, double golden, double scale)
        => Math.Abs(value.item<double>() - golden) / Math.Max(scale, 1e-30);

    private torch.Tensor Golden(string name) => file.Read((file.Has(Expected64 + name) ? Expected64 : Expected) + name);

    /// <summary>Keeps the member of a group that is furthest from, or nearest to, its tolerance.</summary>
    private void Merge(string group, double difference, double tolerance)
    {
        var candidate = new ParityGroup(group, difference, tolerance);
        if (!_groups.TryGetValue(group, out var worst) || Severity(candidate) > Severity(worst))
            _groups[group] = candidate;
    }

    private static double Severity(ParityGroup group)
        => group.Passed ? group.Difference / Math.Max(group.Tolerance, double.Epsilon) : double.PositiveInfinity;

    private static Dictionary<string, double> MeasureRounding(GoldenFile file, bool oneClass)
    {
        var rounding = new Dictionary<string, double>(StringComparer.Ordinal);
        using var scope = torch.NewDisposeScope();
        foreach (var name in file.Names(Expected64).Where(name => file.Has(Expected + name) && !name.EndsWith("@stats", StringComparison.Ordinal)))
        {
            var golden = file.Read(Expected64 + name);
            if (golden.numel() == 0 || !golden.is_floating_point())
                continue;
            var single = file.Read(Expected + name);
            if (!single.shape.AsSpan().SequenceEqual(golden.shape))
                throw file.Bad($"has {name} in two shapes");
            var difference = (single.to(torch.float64) - golden.to(torch.float64)).abs().nan_to_num().max().item<double>();
            var key = oneClass ? "" : Group(name);
            rounding[key] = Math.Max(rounding.GetValueOrDefault(key), difference);
        }

        return rounding;
    }

    private string RoundingClass(string name) => oneRoundingClass ? "" : Group(name);

    /// <summary><c>out_0</c> and <c>out_1</c> are one group, and so are all tensors below a folder such as <c>state_after/</c>.</summary>
    private static string Group(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var digest = name.IndexOf('@', StringComparison.Ordinal);
        var suffix = digest < 0 ? "" : name[digest..];
        var stem = digest < 0 ? name : name[..digest];
        return (slash >= 0 ? name[..slash] : CallNumber().Replace(stem, "")) + suffix;
    }

    [GeneratedRegex(@"_\d+$")]
    private static partial Regex CallNumber();
}
