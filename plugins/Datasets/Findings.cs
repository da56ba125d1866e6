using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// Collects files that are in no pair. What makes a dataset incomplete is an exception, except where the dataset is
/// opened to be checked.
/// </summary>
/// <param name="isInspection">Whether it is.</param>
internal sealed class Findings(bool isInspection)
{
    private const int NamesInMessage = 10;

    private readonly List<DatasetFinding> _all = [];

    /// <summary>Everything found so far.</summary>
    public IReadOnlyList<DatasetFinding> All => _all;

    /// <summary>Notes files that are left out on purpose.</summary>
    public void PassOver(IEnumerable<string> files, string problem)
        => _all.AddRange(files.Select(file => new DatasetFinding(file, problem, IsError: false)));

    /// <summary>Notes what the reader found while it listed a folder; it has told of it itself, and the dataset opens.</summary>
    public void Add(IEnumerable<DatasetFinding> found) => _all.AddRange(found.Except(_all));

    /// <summary>Notes files that should be in a pair.</summary>
    /// <param name="found">The files; none is no problem.</param>
    /// <param name="error">The error where the dataset is opened to be used.</param>
    /// <exception cref="IRConStyleException">There are files, and the dataset is opened to be used.</exception>
    public void Refuse(IReadOnlyList<(string File, string Problem)> found, Func<IRConStyleException> error)
    {
        if (found.Count == 0)
            return;
        if (!isInspection)
            throw error();
        _all.AddRange(found.Select(one => new DatasetFinding(one.File, one.Problem, IsError: true)));
    }

    /// <summary>The first of many names, and how many more there are.</summary>
    public static string Listed(IReadOnlyCollection<string> names, string separator = ", ")
        => string.Join(separator, names.Take(NamesInMessage)) + (names.Count > NamesInMessage ? $" and {names.Count - NamesInMessage} more" : "");
}
