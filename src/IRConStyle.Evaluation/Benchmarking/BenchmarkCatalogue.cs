using Microsoft.Extensions.Options;
using System.IO.Enumeration;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>A benchmark, and where it was looked for.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Options">What it is.</param>
public sealed record LocatedBenchmark(string Name, BenchmarkOptions Options)
{
    /// <summary>How it is called in tables.</summary>
    public string Title => Options.Title.Length > 0 ? Options.Title : Name;

    /// <summary>Its folder, a full path; null when it was not found.</summary>
    public string? Folder { get; init; }

    /// <summary>How the folder is laid out; null when it was not found.</summary>
    public BenchmarkLayoutOptions? Layout { get; init; }

    /// <summary>Why it cannot be used although something is there; null otherwise.</summary>
    public string? Problem { get; init; }

    /// <summary>How its folder must look, as the end of a sentence: <c>CBSD68 or test/CBSD68, with …</c>.</summary>
    public string Expected
        => $"{string.Join(" or ", Options.Folders)}, with {string.Join("; or ", Options.Layouts.Select(Describe))}";

    private static string Describe(BenchmarkLayoutOptions layout)
    {
        var required = string.Join(" and ", layout.Requires);
        return (required, layout.Summary) switch
        {
            ("", "") => "images",
            ("", var summary) => summary,
            (_, "") => required,
            (_, var summary) => $"{required} ({summary})",
        };
    }
}

/// <summary>The configured benchmarks, and where they lie.</summary>
public sealed class BenchmarkCatalogue
{
    private readonly NamedSections<BenchmarkOptions> _sections;
    private readonly IOptionsMonitor<BenchmarkOptions> _options;

    /// <param name="sections">Those that are configured.</param>
    /// <param name="options">What each is.</param>
    internal BenchmarkCatalogue(NamedSections<BenchmarkOptions> sections, IOptionsMonitor<BenchmarkOptions> options)
        => (_sections, _options) = (sections, options);

    /// <summary>The benchmarks' names, by task and name.</summary>
    public IReadOnlyList<string> Names
        => [.. _sections.Names.OrderBy(name => _options.Get(name).Task, StringComparer.Ordinal).ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>Chooses benchmarks.</summary>
    /// <param name="only">Names and tasks, with <c>*</c> and <c>?</c> for any characters; empty for all.</param>
    /// <exception cref="IRConStyleException">There is nothing of a name; the message lists the known ones.</exception>
    public IReadOnlyList<string> Select(IReadOnlyList<string> only)
    {
        ArgumentNullException.ThrowIfNull(only);
        foreach (var pattern in only)
            if (!Names.Any(name => Fits(pattern, name)))
                throw new IRConStyleException(
                    $"There is no benchmark or task '{pattern}'; {NearestName.Hint(pattern, [.. Names, .. Tasks])}.",
                    $"Correct it, or configure {_sections.PathOf(pattern)}.");
        return [.. Names.Where(name => only.Count == 0 || only.Any(pattern => Fits(pattern, name)))];
    }

    /// <summary>Looks for a benchmark below a root.</summary>
    /// <param name="name">Its name; case is ignored.</param>
    /// <param name="root">Where sets lie; null to look nowhere.</param>
    /// <exception cref="IRConStyleException">There is no benchmark of this name, or the root is no folder.</exception>
    public LocatedBenchmark Locate(string name, string? root)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_sections.Contains(name))
            throw new IRConStyleException($"The benchmark '{name}' is unknown; {NearestName.Hint(name, Names)}.", "Correct the name.");
        if (root is not null && !Directory.Exists(root))
            throw new IRConStyleException($"{root} is no folder.", "Name the folder below which the sets lie.");
        var benchmark = new LocatedBenchmark(name, _options.Get(name));
        if (!IsFileName(name))
            return benchmark with { Problem = NotAFileName };
        try
        {
            return Locate(benchmark, root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return benchmark with { Problem = $"its folder cannot be looked for: {exception.Message}" };
        }
    }

    /// <summary>What is wrong with a name of which <see cref="IsFileName"/> is not true.</summary>
    internal const string NotAFileName = "the name is to be of letters, digits, '-', '_' and '.', since reports call files by it";

    /// <summary>Whether reports can call files by a name, on any system.</summary>
    internal static bool IsFileName(string name)
        => name.Length > 0 && name[0] != '.' && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static LocatedBenchmark Locate(LocatedBenchmark benchmark, string? root)
    {
        var (name, options) = benchmark;
        foreach (var folder in root is null ? [] : options.Folders)
        {
            var fitting = Find(Path.GetFullPath(root!), folder, ignoreCase: true)
                .Select(path => (Path: path, Layout: Array.Find(options.Layouts, layout => layout.Requires.All(required => Holds(path, required)))))
                .Where(found => found.Layout is not null).ToList();
            if (fitting.Count > 1)
                return benchmark with
                {
                    Problem = $"{string.Join(" and ", fitting.Select(found => found.Path))} both fit {folder}; name one: "
                        + $"--set {BenchmarkOptions.SectionKey}:{name}:{nameof(options.Folders)}={Path.GetRelativePath(root!, fitting[0].Path).Replace('\\', '/')}",
                };
            if (fitting.Count == 1)
                return benchmark with { Folder = fitting[0].Path, Layout = fitting[0].Layout };
        }

        return benchmark;
    }

    private IEnumerable<string> Tasks => Names.Select(name => _options.Get(name).Task).Where(task => task.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase);

    private bool Fits(string pattern, string name)
        => FileSystemName.MatchesSimpleExpression(pattern, name) || FileSystemName.MatchesSimpleExpression(pattern, _options.Get(name).Task);

    /// <summary>The folders that a path with wildcards names; one that is written exactly so wins over others of another case.</summary>
    private static List<string> Find(string root, string pattern, bool ignoreCase)
    {
        IEnumerable<string> found = [root];
        foreach (var part in pattern.Split('/'))
            found = found.SelectMany(folder => Directory.Exists(Path.Combine(folder, part))
                ? [Path.Combine(folder, part)]
                : Directory.EnumerateDirectories(folder).Where(child => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(child), ignoreCase)));
        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a folder holds a file or folder of this path, in which wildcards may stand.</summary>
    private static bool Holds(string folder, string required)
    {
        var parent = Path.GetDirectoryName(required)!;
        var name = Path.GetFileName(required);
        return (parent.Length == 0 ? [folder] : Find(folder, parent.Replace('\\', '/'), ignoreCase: false)).Exists(place
            => Path.Exists(Path.Combine(place, name))
                || Directory.EnumerateFileSystemEntries(place).Any(entry => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(entry), ignoreCase: false)));
    }
}
