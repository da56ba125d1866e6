using System.Globalization;
using System.Text;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>How a checkpoint's tensors and a network's state differ in names and shapes.</summary>
/// <param name="Missing">State the network needs and the checkpoint lacks.</param>
/// <param name="Unexpected">Tensors of the checkpoint that the network has no place for.</param>
/// <param name="Misshapen">State that is in both with different shapes.</param>
public sealed record StateMismatch(
    IReadOnlyList<StateShape> Missing, IReadOnlyList<StateShape> Unexpected, IReadOnlyList<(StateShape Network, StateShape Checkpoint)> Misshapen)
{
    private const int ShownRows = 12;

    /// <summary>Names beyond this are paired by shape and order alone: comparing all with all would take too long.</summary>
    private const int ComparedNames = 400;

    /// <summary>Whether everything fits.</summary>
    public bool IsEmpty => Missing.Count + Unexpected.Count + Misshapen.Count == 0;

    /// <summary>Compares.</summary>
    /// <param name="network">Each of the network's state, and whether it may be absent.</param>
    /// <param name="checkpoint">The checkpoint's tensors by the name they go by in the network.</param>
    /// <param name="isIgnored">Whether a tensor that the network lacks is no fault.</param>
    public static StateMismatch Find(
        IEnumerable<(StateShape State, bool MayBeAbsent)> network, IReadOnlyDictionary<string, CheckpointEntry> checkpoint, Func<string, bool> isIgnored)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(isIgnored);
        var missing = new List<StateShape>();
        var misshapen = new List<(StateShape, StateShape)>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (state, mayBeAbsent) in network)
        {
            known.Add(state.Name);
            if (!checkpoint.TryGetValue(state.Name, out var entry))
            {
                if (!mayBeAbsent)
                    missing.Add(state);
            }
            else if (!entry.Shape.AsSpan().SequenceEqual(state.Shape))
            {
                misshapen.Add((state, state with { Shape = entry.Shape }));
            }
        }

        var unexpected = checkpoint.Where(entry => !known.Contains(entry.Key) && !isIgnored(entry.Key));
        return new StateMismatch(missing, [.. unexpected.Select(entry => new StateShape(entry.Key, entry.Value.Shape))], misshapen);
    }

    /// <summary>One line with the numbers.</summary>
    public string Summary()
    {
        var parts = new[] { Count(Missing.Count, "missing"), Count(Unexpected.Count, "unexpected"), Count(Misshapen.Count, "of another shape") };
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    /// <summary>The network's state on the left, what the checkpoint has instead on the right; long lists are cut.</summary>
    public string Table()
    {
        var rows = new List<(string Network, string Checkpoint)>();
        rows.AddRange(Misshapen.Select(pair => (pair.Network.ToString(), pair.Checkpoint.ToString())));
        var left = Unexpected.ToList();
        foreach (var state in Missing)
        {
            var candidate = Nearest(state, left);
            if (candidate is not null)
                left.Remove(candidate);
            rows.Add((state.ToString(), candidate is null ? "-" : $"{candidate} ?"));
        }

        rows.AddRange(left.Select(state => ("-", state.ToString())));
        return Format(rows);
    }

    private static string Format(List<(string Network, string Checkpoint)> rows)
    {
        var shown = rows.Take(ShownRows).Prepend(("network", "checkpoint")).ToArray();
        var width = shown.Max(row => row.Item1.Length);
        var text = new StringBuilder();
        foreach (var (network, checkpoint) in shown)
            text.Append(CultureInfo.InvariantCulture, $"  {network.PadRight(width)}  {checkpoint}\n");
        if (rows.Count > ShownRows)
            text.Append(CultureInfo.InvariantCulture, $"  … and {rows.Count - ShownRows} more\n");
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>The candidate whose name has most in common at both ends; only one of the same shape can be meant.</summary>
    private static StateShape? Nearest(StateShape state, List<StateShape> candidates) => candidates
        .Where(candidate => candidate.Shape.AsSpan().SequenceEqual(state.Shape))
        .Take(ComparedNames)
        .MaxBy(candidate => InCommon(state.Name, candidate.Name));

    private static int InCommon(string a, string b)
    {
        var shorter = Math.Min(a.Length, b.Length);
        var head = a.AsSpan().CommonPrefixLength(b);
        var tail = 0;
        while (tail < shorter - head && a[^(tail + 1)] == b[^(tail + 1)])
            tail++;
        return head + tail;
    }

    private static string Count(int count, string what) => count == 0 ? "" : $"{count} {what}";
}

/// <summary>A tensor's name and dimensions.</summary>
/// <param name="Name">The state name.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
public sealed record StateShape(string Name, long[] Shape)
{
    /// <summary>For example <c>head.weight [4×3×3×3]</c>.</summary>
    public override string ToString() => $"{Name} [{string.Join("×", Shape)}]";
}
