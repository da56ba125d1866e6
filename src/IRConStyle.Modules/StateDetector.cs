using System.Globalization;
using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>A detector that is a function.</summary>
/// <param name="anchor">See <see cref="IStateDetector.Anchor"/>.</param>
/// <param name="detect">See <see cref="IStateDetector.Detect"/>.</param>
public sealed class StateDetector(string anchor, Func<IStateShapes, DetectedOptions?> detect) : IStateDetector
{
    /// <inheritdoc/>
    public string Anchor => anchor;

    /// <inheritdoc/>
    public DetectedOptions? Detect(IStateShapes state) => detect(state);
}

/// <summary>What detectors ask of names and shapes.</summary>
public static class StateShapesExtensions
{
    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="state">Names and shapes.</param>
    /// <param name="name">The state name.</param>
    public static bool Has(this IStateShapes state, string name)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Find(name) is not null;
    }

    /// <summary>The length of a tensor's axis; 0 when there is no such tensor or axis, or it is longer than any of a network.</summary>
    /// <param name="state">Names and shapes.</param>
    /// <param name="name">The state name.</param>
    /// <param name="axis">The axis, from 0.</param>
    public static int Axis(this IStateShapes state, string name, int axis)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Find(name) is { } shape && axis < shape.Count && shape[axis] <= int.MaxValue ? (int)shape[axis] : 0;
    }

    /// <summary>How many parts are numbered 0, 1, 2 … behind a name: of <c>encoders.</c> those of <c>encoders.0.weight</c> and so on.</summary>
    /// <param name="state">Names and shapes.</param>
    /// <param name="before">What stands before the number, with its dot.</param>
    public static int Count(this IStateShapes state, string before)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(before);
        var numbers = new HashSet<int>();
        foreach (var name in state.Names)
        {
            if (!name.StartsWith(before, StringComparison.Ordinal))
                continue;
            var rest = name.AsSpan(before.Length);
            var end = rest.IndexOf('.');
            if (int.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }

        var count = 0;
        while (numbers.Contains(count))
            count++;
        return count;
    }

    /// <summary>
    /// The factor by which widths were multiplied and cut to whole numbers: 2.66 for 48 → 127 and 96 → 255. Of those that
    /// give the same the preferred one, else the one with fewest decimals.
    /// </summary>
    /// <param name="widths">Pairs of a width and what it became.</param>
    /// <param name="preferred">The authors' factor.</param>
    /// <returns>The factor; null when there is none.</returns>
    public static double? Factor(IReadOnlyCollection<(int From, int To)> widths, double preferred)
    {
        ArgumentNullException.ThrowIfNull(widths);
        if (widths.Any(pair => pair.From < 1 || pair.To < 1))
            return null;
        if (Fits(preferred))
            return preferred;
        var least = widths.Max(pair => (double)pair.To / pair.From);
        for (var decimals = 0; decimals <= 6; decimals++)
        {
            var unit = Math.Pow(10, decimals);
            var factor = Math.Ceiling(least * unit) / unit;
            if (Fits(factor))
                return factor;
        }

        return Fits(least) ? least : null;

        bool Fits(double factor) => widths.All(pair => (int)(pair.From * factor) == pair.To);
    }
}
