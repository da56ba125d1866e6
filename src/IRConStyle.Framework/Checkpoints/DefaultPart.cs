using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Which part of a checkpoint is meant where no network says what it needs.</summary>
internal static class DefaultPart
{
    // The names that common trainers use.
    private static readonly string[] Preferred = ["params", "state_dict", "model_state_dict", "model", "generator", "net"];

    // What PyTorch puts before every name of a network that it wraps, for several devices or for a compiler.
    private static readonly string[] Wrappers = ["module.", "_orig_mod."];

    private const int ShownNames = 8;

    /// <summary>
    /// Takes the section that is chosen; else averaged weights; else the one with a usual name; else the root, where it holds
    /// tensors; else the only one; else all tensors under their full names.
    /// </summary>
    /// <param name="whole">The file, which the part owns from now on.</param>
    /// <param name="choice">What is chosen by hand.</param>
    /// <exception cref="IRConStyleException">There is no such section or prefix; the file is closed then.</exception>
    public static CheckpointPart Take(CheckpointReader whole, PartChoice choice)
    {
        try
        {
            var section = choice.Section is { } name ? Named(whole, name) : Best(whole);
            var entries = string.IsNullOrEmpty(section)
                ? [.. whole.Entries.Values]
                : whole.Entries.Values.Where(entry => entry.Section == section || IsBelow(entry.Section, section)).ToArray();
            var place = string.IsNullOrEmpty(section) ? "" : entries[0].Name[..(section.Length + 1)];
            place += choice.Prefix is not { } prefix ? Wrapper(entries, place)
                : Find(entries, place, prefix) ?? throw NoPrefix(whole, entries.Select(entry => entry.Name[place.Length..]), prefix);
            return new CheckpointPart(whole, place, entries.Where(entry => entry.Name.StartsWith(place, StringComparison.Ordinal)));
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    /// <summary>The path of a section that exists, or below which others do.</summary>
    /// <exception cref="IRConStyleException">There is none of this name.</exception>
    public static string Named(CheckpointReader whole, string section)
    {
        if (whole.Sections.Any(known => known.Path == section || IsBelow(known.Path, section)))
            return section;
        var shown = Shown(whole);
        throw new IRConStyleException(
            $"{whole.FilePath} has no section {section} of weights.",
            shown.Length == 0 ? "It has no sections: leave the section out (--section)." : $"Its sections are {shown} (--section).");
    }

    /// <summary>The sections worth naming, those with most tensors first; empty when there is none but the root.</summary>
    public static string Shown(CheckpointReader whole)
    {
        var sections = whole.Sections
            .Where(section => section.Path.Length > 0 && !PlaceWords.SayTrainer(section.Path))
            .OrderByDescending(section => section.Tensors).Select(section => section.Path).ToArray();
        return string.Join(", ", sections.Take(ShownNames)) + (sections.Length > ShownNames ? ", …" : "");
    }

    /// <summary>The places that a prefix stands for: behind every section, or behind the one that is chosen.</summary>
    /// <param name="whole">The file.</param>
    /// <param name="section">The section that is chosen; null for all.</param>
    /// <param name="prefix">The prefix as it was given.</param>
    /// <exception cref="IRConStyleException">No name has it.</exception>
    public static HashSet<string> Prefixes(CheckpointReader whole, string? section, string prefix)
    {
        var places = new HashSet<string>(StringComparer.Ordinal);
        var names = new List<string>();
        foreach (var group in whole.Entries.Values.GroupBy(entry => entry.Section, StringComparer.Ordinal))
        {
            if (section is { Length: > 0 } && group.Key != section && !IsBelow(group.Key, section))
                continue;
            var entries = group.ToArray();
            var place = group.Key.Length == 0 ? "" : entries[0].Name[..(group.Key.Length + 1)];
            if (Find(entries, place, prefix) is { } complete)
                places.Add(place + complete);
            names.AddRange(entries.Select(entry => entry.Key));
        }

        return places.Count > 0 ? places : throw NoPrefix(whole, names, prefix);
    }

    /// <summary>Whether a place lies in a section.</summary>
    public static bool IsWithin(ReadOnlySpan<char> place, string section) => place.Length > section.Length && place.StartsWith(section) && place[section.Length] is '.' or '/';

    private static bool IsBelow(string path, string section)
        => path.Length > section.Length && path.StartsWith(section, StringComparison.Ordinal) && path[section.Length] == '.';

    // As the names have it: with the dot that may be left out.
    private static string? Find(CheckpointEntry[] entries, string place, string prefix) => Array.Find(
        [prefix.TrimEnd('.') + ".", prefix],
        complete => complete != "." && Array.Exists(entries, entry => entry.Name.AsSpan(place.Length).StartsWith(complete)));

    private static IRConStyleException NoPrefix(CheckpointReader whole, IEnumerable<string> names, string prefix)
    {
        var starts = names.Where(name => name.Contains('.', StringComparison.Ordinal)).Select(name => name.Split('.')[0] + ".").Distinct(StringComparer.Ordinal).Take(ShownNames + 1).ToArray();
        return new IRConStyleException(
            $"{whole.FilePath} has no weights whose names begin with {prefix}.",
            $"They begin with {string.Join(", ", starts.Take(ShownNames))}{(starts.Length > ShownNames ? ", …" : "")} (--prefix).");
    }

    private static string? Best(CheckpointReader whole)
    {
        var sections = whole.Sections.Where(section => !PlaceWords.SayTrainer(section.Path)).ToArray();
        var averaged = sections.Where(section => PlaceWords.SayAveraged(section.Path)).MaxBy(section => section.Tensors);
        return averaged?.Path
            ?? Preferred.FirstOrDefault(name => Array.Exists(sections, section => section.Path == name))
            ?? (Array.Exists(sections, section => section.Path.Length == 0) ? "" : sections is [var only] ? only.Path : null);
    }

    private static string Wrapper(CheckpointEntry[] entries, string place)
    {
        var wrapper = "";
        while (entries.Length > 0 && Array.Find(Wrappers, next => Array.TrueForAll(entries, entry => Has(entry.Name, place + wrapper + next))) is { } found)
            wrapper += found;
        return wrapper;
    }

    private static bool Has(string name, string start) => name.Length > start.Length && name.StartsWith(start, StringComparison.Ordinal);
}
