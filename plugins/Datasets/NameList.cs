using System.Text.RegularExpressions;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>One line of a list.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Columns">Paths with '/' between folders.</param>
internal sealed record ListLine(int Number, IReadOnlyList<string> Columns);

/// <summary>
/// A text file that names images. Empty lines and those that begin with '#' are passed over. Columns are separated by tabs,
/// else by commas, else by blanks; a line that is the name of a file as it stands has one column. A last column such as
/// <c>(480,480,3)</c>, as BasicSR's meta files have it, is no name.
/// </summary>
internal sealed partial class NameList
{
    private NameList(string path, IReadOnlyList<ListLine> lines) => (FilePath, Lines) = (path, lines);

    /// <summary>The list's full path.</summary>
    public string FilePath { get; }

    /// <summary>The lines that name something; at least one.</summary>
    public IReadOnlyList<ListLine> Lines { get; }

    /// <summary>Reads a list.</summary>
    /// <param name="path">The option's value.</param>
    /// <param name="baseDirectory">Where a relative path begins.</param>
    /// <param name="isFile">Tells whether a name is that of a file.</param>
    /// <param name="columns">The most columns a line may have.</param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable or empty, or a line has too many columns.</exception>
    public static NameList Read(string path, string baseDirectory, Func<string, bool> isFile, int columns)
    {
        var full = Path.GetFullPath(path, baseDirectory);
        string[] text;
        try
        {
            text = File.ReadAllLines(full);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException(
                $"The dataset's option List names {full}, which cannot be read: {exception.Message}", "Name a text file with one image or pair in each line.", exception);
        }

        var lines = text
            .Select((line, index) => (Number: index + 1, Text: line.Trim()))
            .Where(line => line.Text.Length > 0 && !line.Text.StartsWith('#'))
            .Select(line => new ListLine(line.Number, Split(line.Text, isFile)))
            .ToArray();
        if (lines.Length == 0)
            throw new IRConStyleException($"The list {full} names no image.", "Write one image or pair in each line.");
        if (Array.Find(lines, line => line.Columns.Count > columns) is { } wide)
            throw new IRConStyleException(
                $"Line {wide.Number} of {full} has {wide.Columns.Count} columns ({string.Join(" | ", wide.Columns)}); at most {columns} can be used.",
                "Separate columns by tabs where names hold blanks or commas.");
        return new NameList(full, lines);
    }

    /// <summary>The error for lines that name what is not there, or what was named before.</summary>
    public IRConStyleException Wrong(IReadOnlyCollection<string> problems)
        => new($"The list {FilePath} does not fit its folders: {Findings.Listed(problems, "; ")}.", "Correct the list, or add the files.");

    private static string[] Split(string line, Func<string, bool> isFile)
    {
        line = Shape().Replace(line, "");
        if (isFile(Normal(line)))
            return [Normal(line)];
        var columns = line.Contains('\t', StringComparison.Ordinal) ? line.Split('\t')
            : line.Contains(',', StringComparison.Ordinal) ? line.Split(',')
            : line.Split((char[]?)null);
        return [.. columns.Where(column => !string.IsNullOrWhiteSpace(column)).Select(Normal)];
    }

    private static string Normal(string name)
    {
        name = name.Trim().Replace('\\', '/');
        return name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
    }

    [GeneratedRegex(@"[\s,]+\(\s*\d+\s*(,\s*\d+\s*){1,2}\)$")]
    private static partial Regex Shape();
}
