using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Finds places in a checkpoint: what stands before a name, as far as the choice of the user allows it.</summary>
internal sealed class PlaceFilter
{
    private const string Separators = "./:";

    private readonly CheckpointReader _whole;
    private readonly string? _section;
    private readonly HashSet<string>? _prefixes;

    /// <summary>Looks up what was chosen.</summary>
    /// <param name="whole">The file.</param>
    /// <param name="choice">Where to look.</param>
    /// <exception cref="IRConStyleException">The section or prefix that is chosen does not exist.</exception>
    public PlaceFilter(CheckpointReader whole, PartChoice choice)
    {
        _whole = whole;
        _section = choice.Section is { } chosen ? DefaultPart.Named(whole, chosen) : null;
        _prefixes = choice.Prefix is { } given ? DefaultPart.Prefixes(whole, _section, given) : null;
    }

    /// <summary>Whether a place is in the chosen section and has the chosen prefix.</summary>
    public bool Allows(ReadOnlySpan<char> place)
        => (_section is not { Length: > 0 } || DefaultPart.IsWithin(place, _section))
            // What an optimizer keeps has the names of weights; it is taken only when it is asked for.
            && (_section is not null || !PlaceWords.SayTrainer(place.ToString()))
            && _prefixes?.Contains(place.ToString()) != false;

    /// <summary>Whether a name may begin at a place of a longer one.</summary>
    public static bool IsBoundary(ReadOnlySpan<char> name, int start) => start == 0 || Separators.Contains(name[start - 1], StringComparison.Ordinal);

    /// <summary>How deep a place lies.</summary>
    public static int Depth(string place) => place.Count(Separators.Contains);

    /// <summary>The places before a name, averaged weights first, then those that lie least deep.</summary>
    public IEnumerable<string> Before(string name) => _whole.Entries.Keys
        .Where(entry => entry.EndsWith(name, StringComparison.Ordinal) && IsBoundary(entry, entry.Length - name.Length))
        .Select(entry => entry[..^name.Length])
        .Where(place => Allows(place))
        .OrderBy(place => PlaceWords.SayAveraged(place) ? 0 : 1)
        .ThenBy(Depth);
}
