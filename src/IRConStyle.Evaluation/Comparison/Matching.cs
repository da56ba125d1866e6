using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>A set in both measurements.</summary>
internal sealed record SetPair(MeasuredSet Baseline, MeasuredSet Other)
{
    public string Title => Baseline.Title ?? Baseline.Name;
}

/// <summary>An image in both measurements.</summary>
internal sealed record ImagePair(MeasuredImage Baseline, MeasuredImage Other);

/// <summary>The images of a set that both have, and the number of those that only one has.</summary>
internal sealed record ImagePairs(IReadOnlyList<ImagePair> Images, int LeftOut);

/// <summary>Finds the sets that two measurements have in common.</summary>
internal static class SetMatching
{
    /// <summary>Pairs sets by name, or the only ones whatever their names.</summary>
    public static IReadOnlyList<SetPair> Match(NamedReport baseline, NamedReport other, List<string> notes)
    {
        var (first, second) = (Sets(baseline), Sets(other));
        if (baseline.Report.Sets is [var only] && other.Report.Sets is [var otherOnly])
        {
            if (only.Name != otherOnly.Name)
                notes.Add($"{only.Name} of {baseline.Name} is compared with {otherOnly.Name} of {other.Name}: they are the only sets.");
            return [new SetPair(only, otherOnly)];
        }

        List<SetPair> pairs = [.. baseline.Report.Sets.Where(set => second.ContainsKey(set.Name)).Select(set => new SetPair(set, second[set.Name]))];
        if (pairs.Count == 0)
            throw new IRConStyleException(
                $"{baseline.Name} and {other.Name} have no set in common ({string.Join(", ", first.Keys)}; {string.Join(", ", second.Keys)}).",
                "Measure both on the same sets.");
        notes.AddRange(Missing(baseline, second));
        notes.AddRange(Missing(other, first));
        return pairs;
    }

    private static IEnumerable<string> Missing(NamedReport report, Dictionary<string, MeasuredSet> others)
    {
        List<string> missing = [.. report.Report.Sets.Where(set => !others.ContainsKey(set.Name)).Select(set => set.Title ?? set.Name)];
        if (missing.Count > 0)
            yield return $"Left out, because only {report.Name} was measured on it: {string.Join(", ", missing)}.";
    }

    private static Dictionary<string, MeasuredSet> Sets(NamedReport report)
    {
        if (report.Report.Sets.Count == 0)
            throw new IRConStyleException($"The measurement of {report.Name} holds no set.", "Measure it again.");
        return ImageMatching.ByName(report.Report.Sets, set => set.Name, $"The measurement of {report.Name}", "set");
    }
}

/// <summary>Finds the images that two measurements of a set have in common.</summary>
internal static class ImageMatching
{
    private const int MostNames = 10;

    /// <summary>Pairs the images of all sets by name; one of another size is another image.</summary>
    public static IReadOnlyList<ImagePairs> Match(IReadOnlyList<SetPair> sets, NamedReport baseline, NamedReport other, bool commonOnly)
    {
        var problems = new List<string>();
        var matched = sets.Select(set => Match(set, baseline.Name, other.Name, problems)).ToList();
        if (problems.Count > 0 && !commonOnly)
            throw new IRConStyleException(
                $"The images are not the same: {string.Join("; ", problems)}.", "Measure both on the same images, or compare those that both have with --common.");
        var empty = sets.Zip(matched).FirstOrDefault(set => set.Second.Images.Count == 0);
        return empty.First is null
            ? matched
            : throw new IRConStyleException($"{empty.First.Title}: {baseline.Name} and {other.Name} have no image in common.", "Images are matched by name and size.");
    }

    /// <summary>Finds things by name.</summary>
    /// <exception cref="IRConStyleException">A name occurs twice.</exception>
    public static Dictionary<string, T> ByName<T>(IEnumerable<T> things, Func<T, string> name, string whole, string part)
    {
        var byName = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var thing in things)
            if (!byName.TryAdd(name(thing), thing))
                throw new IRConStyleException($"{whole} holds the {part} {name(thing)} twice.", "Measure it again.");
        return byName;
    }

    private static ImagePairs Match(SetPair set, string baseline, string other, List<string> problems)
    {
        var first = ByName(set.Baseline.Images, image => image.Name, $"{set.Title} of {baseline}", "image");
        var second = ByName(set.Other.Images, image => image.Name, $"{set.Title} of {other}", "image");
        List<string> onlyFirst = [.. first.Keys.Where(name => !second.ContainsKey(name))];
        List<string> onlySecond = [.. second.Keys.Where(name => !first.ContainsKey(name))];
        List<string> resized = [.. first.Keys.Where(name => second.TryGetValue(name, out var image) && !IsSameSize(first[name], image))];
        if (onlyFirst.Count > 0)
            problems.Add($"{set.Title} of {baseline} alone has {List(onlyFirst)}");
        if (onlySecond.Count > 0)
            problems.Add($"{set.Title} of {other} alone has {List(onlySecond)}");
        if (resized.Count > 0)
            problems.Add($"of {set.Title} differ in size {List(resized)}");
        return new ImagePairs(
            [.. set.Baseline.Images.Where(image => second.TryGetValue(image.Name, out var pair) && IsSameSize(image, pair))
                .Select(image => new ImagePair(image, second[image.Name]))],
            onlyFirst.Count + onlySecond.Count + resized.Count);
    }

    private static bool IsSameSize(MeasuredImage first, MeasuredImage second) => first.Width == second.Width && first.Height == second.Height;

    private static string List(List<string> names)
        => $"{names.Count} ({string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", …" : "")})";
}
