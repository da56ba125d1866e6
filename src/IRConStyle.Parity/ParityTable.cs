namespace IRConStyle.Parity;

/// <summary>Collects what was compared with the entries of one file, and which entries nothing here answers to.</summary>
internal sealed class ParityTable
{
    private readonly List<ParityGroup> _groups = [];
    private readonly List<string> _notChecked = [];

    /// <summary>Adds one comparison to a group, which shows its worst member.</summary>
    public void Add(string group, double difference, double tolerance)
    {
        var candidate = new ParityGroup(group, difference, tolerance);
        var index = _groups.FindIndex(known => known.Name == group);
        if (index < 0)
            _groups.Add(candidate);
        else if (Severity(candidate) > Severity(_groups[index]))
            _groups[index] = candidate;
    }

    /// <summary>Notes an entry that is not compared.</summary>
    public void NotChecked(string entry) => _notChecked.Add(entry);

    /// <summary>A file of which nothing could be compared is skipped.</summary>
    public ParityFileResult ToFileResult(string path, string component)
    {
        var result = _groups.Count == 0
            ? ParityFileResult.Skip(path, "no component here answers to any of its entries")
            : ParityFileResult.Of(path, component, _groups);
        return result with { NotChecked = _notChecked };
    }

    private static double Severity(ParityGroup group)
        => double.IsNaN(group.Difference) ? double.PositiveInfinity : group.Difference / Math.Max(group.Tolerance, double.Epsilon);
}
