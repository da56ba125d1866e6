namespace IRConStyle.Parity;

/// <summary>How well one group of tensors agrees with its golden values.</summary>
/// <param name="Name">The group, for example <c>out</c>.</param>
/// <param name="Difference">The largest absolute difference; NaN when something is not a number.</param>
/// <param name="Tolerance">What it may be at most.</param>
public sealed record ParityGroup(string Name, double Difference, double Tolerance)
{
    /// <summary>Whether the group agrees.</summary>
    public bool Passed => Difference <= Tolerance;
}

/// <summary>What became of one golden-vector file.</summary>
public enum ParityStatus
{
    /// <summary>Every group agrees.</summary>
    Passed,

    /// <summary>A group disagrees, or the file's weights do not fit.</summary>
    Failed,

    /// <summary>The file is for a network, or of a kind, that is not here.</summary>
    Skipped,
}

/// <summary>How well one golden-vector file agrees.</summary>
/// <param name="Path">The file.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Component">The component checked; null when skipped.</param>
/// <param name="Groups">Each group of tensors.</param>
/// <param name="Reason">Why it was skipped or failed before any comparison.</param>
public sealed record ParityFileResult(
    string Path, ParityStatus Status, string? Component, IReadOnlyList<ParityGroup> Groups, string? Reason)
{
    /// <summary>Entries of the file that nothing was compared with, because no component or part of the engine claims them.</summary>
    public IReadOnlyList<string> NotChecked { get; init; } = [];

    internal static ParityFileResult Of(string path, string component, IReadOnlyList<ParityGroup> groups)
        => new(path, groups.All(group => group.Passed) ? ParityStatus.Passed : ParityStatus.Failed, component, groups, null);

    internal static ParityFileResult Skip(string path, string reason) => new(path, ParityStatus.Skipped, null, [], reason);

    internal static ParityFileResult Fail(string path, string? component, string reason)
        => new(path, ParityStatus.Failed, component, [], reason);
}
