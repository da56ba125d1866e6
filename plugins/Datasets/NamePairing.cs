using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Pairs the files of two folders by their names.</summary>
internal sealed class NamePairing
{
    private readonly ImageFolder _degraded, _clean;
    private readonly PairRule _rule;
    private readonly Findings _findings;
    private readonly Dictionary<string, string> _degradedKeys = new(StringComparer.Ordinal), _cleanKeys = new(StringComparer.Ordinal);

    private NamePairing(ImageFolder degraded, ImageFolder clean, PairRule rule, Findings findings)
        => (_degraded, _clean, _rule, _findings) = (degraded, clean, rule, findings);

    /// <summary>Finds the pairs.</summary>
    /// <param name="degraded">The degraded images.</param>
    /// <param name="clean">The clean images, in the same folder or another.</param>
    /// <param name="rule">Which names make a pair.</param>
    /// <param name="unpaired">What becomes of images without partner.</param>
    /// <param name="findings">Receives what is in no pair.</param>
    /// <returns>The pairs in the order of the degraded images.</returns>
    /// <exception cref="IRConStyleException">There is no pair, or a file has no partner or more than it may.</exception>
    public static IReadOnlyList<ImagePair> Find(
        ImageFolder degraded, ImageFolder clean, PairRule rule, UnpairedImages unpaired, Findings findings)
        => new NamePairing(degraded, clean, rule, findings).Find(unpaired);

    private IReadOnlyList<ImagePair> Find(UnpairedImages unpaired)
    {
        Match();
        var degradedNames = Unique(_degraded, _degradedKeys);
        var cleanNames = Unique(_clean, _cleanKeys);
        var partners = cleanNames.ToDictionary(name => _cleanKeys[name], StringComparer.Ordinal);
        var wanted = degradedNames.Select(name => _degradedKeys[name]).ToHashSet(StringComparer.Ordinal);
        ImagePair[] pairs = [.. degradedNames.Where(name => partners.ContainsKey(_degradedKeys[name]))
            .Select(name => new ImagePair(name, partners[_degradedKeys[name]]))];

        var leaveOut = unpaired == UnpairedImages.LeaveOut && pairs.Length > 0;
        Report(_degraded, degradedNames, name => partners.ContainsKey(_degradedKeys[name]), _clean, "has no clean partner", leaveOut);
        Report(_clean, cleanNames, name => wanted.Contains(_cleanKeys[name]), _degraded, "has no degraded partner", leaveOut);
        return pairs.Length > 0
            ? pairs
            : throw new IRConStyleException($"No image in {_degraded.Root} has a partner in {_clean.Root}.", _rule.Remedy);
    }

    /// <summary>Sorts files by the template they match; in one folder the template that says more has its way.</summary>
    private void Match()
    {
        var oneFolder = string.Equals(_degraded.Root, _clean.Root, StringComparison.Ordinal);
        var cleanWins = oneFolder && _rule.Clean.LiteralLength > _rule.Degraded.LiteralLength;
        var degradedWins = oneFolder && _rule.Clean.LiteralLength < _rule.Degraded.LiteralLength;
        foreach (var name in _degraded.Names)
            if (_rule.KeyOfDegraded(name) is { } key && !(cleanWins && _rule.KeyOfClean(name) is not null))
                _degradedKeys.Add(name, key);
        foreach (var name in _clean.Names)
            if (_rule.KeyOfClean(name) is { } key && !(degradedWins && _degradedKeys.ContainsKey(name)))
                _cleanKeys.Add(name, key);
        RequireAny(_degraded, _degradedKeys, _rule.Degraded);
        RequireAny(_clean, _cleanKeys, _rule.Clean);

        if (oneFolder)
            _findings.PassOver(
                _degraded.Names.Where(name => !_degradedKeys.ContainsKey(name) && !_cleanKeys.ContainsKey(name)).Select(_degraded.PathOf),
                $"is named neither like {_rule.Degraded.Text} nor like {_rule.Clean.Text}");
        else
        {
            PassOver(_degraded, _degradedKeys, _rule.Degraded);
            PassOver(_clean, _cleanKeys, _rule.Clean);
        }
    }

    private static void RequireAny(ImageFolder folder, Dictionary<string, string> keys, NameTemplate template)
    {
        if (keys.Count == 0)
            throw new IRConStyleException(
                $"None of {folder.Names.Count} images in {folder.Root} is named like {template.Text} (option {template.Option}); the first is {folder.Names[0]}.",
                "Write the option as the path below the folder without extension, with placeholders such as {id}.");
    }

    private void PassOver(ImageFolder folder, Dictionary<string, string> keys, NameTemplate template)
        => _findings.PassOver(folder.Names.Where(name => !keys.ContainsKey(name)).Select(folder.PathOf), $"is not named like {template.Text}");

    /// <summary>The matching files without those that differ from another only in their extension.</summary>
    private List<string> Unique(ImageFolder folder, Dictionary<string, string> keys)
    {
        var (first, twice) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<(string First, string Second)>());
        var unique = new List<string>(keys.Count);
        foreach (var name in folder.Names.Where(keys.ContainsKey))
            if (first.TryAdd(NameTemplate.Stem(name), name))
                unique.Add(name);
            else
                twice.Add((first[NameTemplate.Stem(name)], name));

        _findings.Refuse(
            [.. twice.Select(pair => (folder.PathOf(pair.Second), $"differs from {pair.First} only in its extension"))],
            () => new IRConStyleException(
                $"{folder.Root} holds {twice[0].First} and {twice[0].Second}, which differ only in their extension.",
                "Pairs are found by name without extension: keep one of the two."));
        return unique;
    }

    private void Report(
        ImageFolder folder, List<string> names, Func<string, bool> hasPartner, ImageFolder other, string problem, bool leaveOut)
    {
        string[] alone = [.. names.Where(name => !hasPartner(name))];
        if (leaveOut)
            _findings.PassOver(alone.Select(folder.PathOf), problem);
        else
            _findings.Refuse(
                [.. alone.Select(name => (folder.PathOf(name), problem))],
                () => new IRConStyleException(
                    $"{alone.Length} of {names.Count} images in {folder.Root} have no partner in {other.Root}: {Findings.Listed(alone)}.",
                    $"{_rule.Remedy} Set {nameof(PairedFoldersOptions.Unpaired)} to {nameof(UnpairedImages.LeaveOut)} to go without them."));
    }
}
