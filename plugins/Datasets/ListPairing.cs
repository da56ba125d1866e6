using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Takes images and pairs from a list.</summary>
internal static class ListPairing
{
    /// <summary>The images that a list names.</summary>
    /// <param name="folder">The folder they lie in.</param>
    /// <param name="list">The list, of one column.</param>
    /// <param name="findings">Receives what is not there, and files the list does not name.</param>
    /// <returns>Names in the order of the list; at least one.</returns>
    /// <exception cref="IRConStyleException">A file is missing or named twice.</exception>
    public static IReadOnlyList<string> Take(ImageFolder folder, NameList list, Findings findings)
    {
        var known = folder.Names.ToHashSet(StringComparer.Ordinal);
        var (taken, wrong) = (new Dictionary<string, int>(StringComparer.Ordinal), new Faults(list));
        foreach (var line in list.Lines)
        {
            var name = line.Columns[0];
            if (!known.Contains(name))
                wrong.Add(line, folder.PathOf(name), $"{name} is missing", "is missing");
            else if (!taken.TryAdd(name, line.Number))
                wrong.Add(line, folder.PathOf(name), $"{name} again after line {taken[name]}", $"is named again after line {taken[name]}");
        }

        wrong.Report(findings, any: taken.Count > 0);
        PassOver(folder, taken.ContainsKey, list, findings);
        return [.. taken.Keys];
    }

    /// <summary>The pairs that a list names.</summary>
    /// <param name="degraded">The degraded images.</param>
    /// <param name="clean">The clean images.</param>
    /// <param name="list">The list, of one or two columns.</param>
    /// <param name="order">What two columns hold.</param>
    /// <param name="rule">Finds the partner where a line has one column.</param>
    /// <param name="findings">Receives what is not there, and files the list does not name.</param>
    /// <returns>The pairs in the order of the list; at least one.</returns>
    /// <exception cref="IRConStyleException">A file is missing or named twice, or has no partner.</exception>
    public static IReadOnlyList<ImagePair> Pair(
        ImageFolder degraded, ImageFolder clean, NameList list, ListOrder order, PairRule rule, Findings findings)
    {
        var (knownDegraded, knownClean) = (degraded.Names.ToHashSet(StringComparer.Ordinal), clean.Names.ToHashSet(StringComparer.Ordinal));
        var byKey = clean.Names.Select(name => (Name: name, Key: rule.KeyOfClean(name))).Where(file => file.Key is not null)
            .ToLookup(file => file.Key!, file => file.Name, StringComparer.Ordinal);
        var (pairs, wrong) = (new Dictionary<string, (ImagePair Pair, int Line)>(StringComparer.Ordinal), new Faults(list));
        foreach (var line in list.Lines)
        {
            var name = line.Columns is [var first, var second] ? order == ListOrder.DegradedFirst ? first : second : line.Columns[0];
            var path = degraded.PathOf(name);
            if (!knownDegraded.Contains(name))
                wrong.Add(line, path, $"{name} is missing in {degraded.Root}", "is missing");
            else if (pairs.TryGetValue(name, out var earlier))
                wrong.Add(line, path, $"{name} again after line {earlier.Line}", $"is named again after line {earlier.Line}");
            else if (line.Columns.Count == 2)
            {
                var partner = line.Columns[order == ListOrder.DegradedFirst ? 1 : 0];
                if (knownClean.Contains(partner))
                    pairs.Add(name, (new ImagePair(name, partner), line.Number));
                else
                    wrong.Add(line, clean.PathOf(partner), $"{partner} is missing in {clean.Root}", "is missing");
            }
            else if (rule.KeyOfDegraded(name) is not { } key)
                wrong.Add(line, path, $"{name} is not named like {rule.Degraded.Text}", $"is not named like {rule.Degraded.Text}");
            else if (byKey[key].ToArray() is [var partner])
                pairs.Add(name, (new ImagePair(name, partner), line.Number));
            else
                wrong.Add(line, path, $"{name} has {byKey[key].Count()} partners", $"has {byKey[key].Count()} clean partners, one is needed");
        }

        wrong.Report(findings, any: pairs.Count > 0);
        var used = pairs.Values.Select(pair => pair.Pair.Clean).ToHashSet(StringComparer.Ordinal);
        if (degraded.Root == clean.Root)
            PassOver(degraded, name => pairs.ContainsKey(name) || used.Contains(name), list, findings);
        else
        {
            PassOver(degraded, pairs.ContainsKey, list, findings);
            PassOver(clean, used.Contains, list, findings);
        }

        return [.. pairs.Values.Select(pair => pair.Pair)];
    }

    private static void PassOver(ImageFolder folder, Func<string, bool> isNamed, NameList list, Findings findings)
        => findings.PassOver(folder.Names.Where(name => !isNamed(name)).Select(folder.PathOf), $"is not in {Path.GetFileName(list.FilePath)}");

    /// <summary>What is wrong with a list, by line.</summary>
    private sealed class Faults(NameList list)
    {
        private readonly List<string> _messages = [];
        private readonly List<(string File, string Problem)> _found = [];

        public void Add(ListLine line, string path, string message, string problem)
        {
            _messages.Add($"line {line.Number}: {message}");
            _found.Add((path, $"{problem} (line {line.Number} of {Path.GetFileName(list.FilePath)})"));
        }

        public void Report(Findings findings, bool any)
        {
            if (!any)
                throw list.Wrong(_messages);
            findings.Refuse(_found, () => list.Wrong(_messages));
        }
    }
}
