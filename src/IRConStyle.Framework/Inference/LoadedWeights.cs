using System.Globalization;
using System.Text;
using IRConStyle.Framework.Checkpoints;

namespace IRConStyle.Framework.Inference;

/// <summary>Where weights were taken from, and what was not.</summary>
/// <param name="Section">The path of the dictionary they lay in; empty for the root.</param>
/// <param name="Prefix">What stood before their names there; empty when nothing did.</param>
/// <param name="PassedOver">The file's other tensors, by the names they have in it.</param>
/// <param name="Note">One sentence on that for people; null when the file holds nothing else.</param>
public sealed record LoadedWeights(string Section, string Prefix, IReadOnlyList<string> PassedOver, string? Note)
{
    private const int ShownGroups = 6;

    internal static LoadedWeights Of(FoundPart found)
    {
        var part = found.Part;
        var leftOver = part.LeftOver.Select(entry => entry.Name).ToArray();
        var objects = part.Whole is PyTorchReader file ? file.PassedOver : [];
        return new LoadedWeights(part.Section, part.Prefix, leftOver, leftOver.Length + objects.Count == 0 ? null : Write(found, leftOver, objects));
    }

    /// <summary>Names a part's place; empty for the whole file.</summary>
    internal static string Describe(CheckpointPart part)
    {
        var section = part.Section.Length > 0 ? $"section {part.Section}" : "";
        var prefix = part.Prefix.Length > 0 ? $"prefix {part.Prefix}" : "";
        return section.Length > 0 && prefix.Length > 0 ? $"{section}, {prefix}" : section + prefix;
    }

    private static string Write(FoundPart found, string[] leftOver, IReadOnlyList<string> objects)
    {
        var part = found.Part;
        var note = new StringBuilder(part.FilePath);
        if (Describe(part) is { Length: > 0 } place)
            note.Append(CultureInfo.InvariantCulture, $": taken is {place}");
        if (leftOver.Length > 0)
            note.Append(note.Length == part.FilePath.Length ? ": " : "; ")
                .Append(CultureInfo.InvariantCulture, $"passed over {(leftOver.Length == 1 ? "is 1 tensor" : $"are {leftOver.Length} tensors")}: {Groups(part, leftOver)}");
        if (objects.Count > 0)
            note.Append(note.Length == part.FilePath.Length ? ": " : "; ")
                .Append(CultureInfo.InvariantCulture, $"not read are objects of Python: {Shown([.. objects])}");
        if (found.Others.Count > 0)
            note.Append(CultureInfo.InvariantCulture, $"; what lies at {Shown([.. found.Others.Select(place => place.TrimEnd('.', '/'))])} fits as well (--section, --prefix)");
        return note.Append('.').ToString();
    }

    // Named is where they begin to differ from what was taken.
    private static string Groups(CheckpointPart part, string[] names)
    {
        var place = part.Section.Length == 0 ? part.Prefix : $"{part.Section}.{part.Prefix}";
        return Shown([.. names
            .GroupBy(name => Start(name, place), StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .Select(group => group.Count() == 1 ? group.Single() : $"{group.Key} ({group.Count()})")]);
    }

    private static string Start(string name, string place)
    {
        var shared = name.AsSpan().CommonPrefixLength(place);
        while (shared > 0 && name[shared - 1] is not ('.' or '/'))
            shared--;
        var end = name.AsSpan(shared).IndexOfAny('.', '/');
        return end < 0 ? name : name[..(shared + end)];
    }

    private static string Shown(IReadOnlyList<string> names)
        => string.Join(", ", names.Take(ShownGroups)) + (names.Count > ShownGroups ? $" and {names.Count - ShownGroups} more" : "");
}
