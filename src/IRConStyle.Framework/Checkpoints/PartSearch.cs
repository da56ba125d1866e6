using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>What a network needs of a checkpoint.</summary>
/// <param name="State">Its state's names and shapes, and whether each may be absent.</param>
/// <param name="IsIgnored">Whether a tensor that the network lacks is no fault.</param>
internal sealed record NeededState(IReadOnlyList<(StateShape State, bool MayBeAbsent)> State, Func<string, bool> IsIgnored);

/// <summary>Where a network's weights lie in a checkpoint.</summary>
/// <param name="Part">The place that fits; the one that fits best when none does.</param>
/// <param name="Mismatch">What does not fit there.</param>
/// <param name="Others">Other places that fit as well.</param>
internal sealed record FoundPart(CheckpointPart Part, StateMismatch Mismatch, IReadOnlyList<string> Others);

/// <summary>
/// Searches a checkpoint for the place where a network's weights lie: whatever stands before a name of the network that
/// occurs in the file may stand before all of them. So it does not matter what wrote the file: sections in sections,
/// <c>module.</c>, <c>_orig_mod.</c>, <c>model.</c> and <c>generator.</c> are all places.
/// </summary>
internal sealed class PartSearch
{
    /// <summary>No file holds a network more often; a network of one tensor, though, fits wherever there is one of its name.</summary>
    private const int PlaceLimit = 32;

    private readonly CheckpointReader _whole;
    private readonly NeededState _needed;
    private readonly Dictionary<string, (StateShape State, bool MayBeAbsent)> _names;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    private PartSearch(CheckpointReader whole, NeededState needed)
    {
        (_whole, _needed) = (whole, needed);
        _names = needed.State.ToDictionary(entry => entry.State.Name, StringComparer.Ordinal);
    }

    /// <summary>Searches.</summary>
    /// <param name="whole">The file; the part that is found owns it from now on.</param>
    /// <param name="needed">What the network needs.</param>
    /// <param name="choice">Where to look, when that is chosen by hand.</param>
    /// <exception cref="IRConStyleException">The section or prefix that is chosen does not exist; the file is closed then.</exception>
    public static FoundPart Find(CheckpointReader whole, NeededState needed, PartChoice choice)
    {
        try
        {
            return new PartSearch(whole, needed).Find(choice);
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    private FoundPart Find(PartChoice choice)
    {
        Collect(choice);
        var allowed = _places.Values.Where(place => place.IsAllowed).ToArray();
        var required = _needed.State.Count(entry => !entry.MayBeAbsent);
        var best = allowed
            .Where(place => place.Required == required && place.Misshapen == 0)
            .OrderBy(place => PlaceWords.SayAveraged(place.Path) ? 0 : 1)
            .ThenBy(place => PlaceFilter.Depth(place.Path))
            .Take(PlaceLimit).Select(Take)
            .OrderBy(found => found.Mismatch.IsEmpty ? 0 : 1)
            .ToArray();
        if (best is [var (place, part, mismatch), ..])
            return new FoundPart(part, mismatch, [.. best.Skip(1).Where(other => other.Mismatch.IsEmpty).Select(other => other.Place.Path)]);

        var nearest = allowed.OrderByDescending(found => found.Required - found.Misshapen).ThenByDescending(found => found.Required).FirstOrDefault();
        if (nearest is not null)
        {
            (_, part, mismatch) = Take(nearest);
            return new FoundPart(part, mismatch, []);
        }

        part = DefaultPart.Take(_whole, choice);
        return new FoundPart(part, Compare(part), []);
    }

    /// <summary>Finds everything that stands before a name of the network, and how many names it stands before.</summary>
    private void Collect(PartChoice choice)
    {
        var names = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        var places = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        var longest = _names.Keys.Select(name => name.Length).DefaultIfEmpty(0).Max();
        var filter = new PlaceFilter(_whole, choice);
        foreach (var entry in _whole.Entries.Values)
        {
            var name = entry.Name.AsSpan();
            for (var start = Math.Max(0, name.Length - longest); start < name.Length; start++)
            {
                if (!PlaceFilter.IsBoundary(name, start) || !names.TryGetValue(name[start..], out var wanted))
                    continue;
                var path = name[..start];
                if (!places.TryGetValue(path, out var place))
                    places[path] = place = new Place(path.ToString(), filter.Allows(path));
                place.Add(entry, wanted);
            }
        }
    }

    private (Place Place, CheckpointPart Part, StateMismatch Mismatch) Take(Place place)
    {
        // Of dictionaries that hold nothing of the network, and of what tools note beside the weights, nothing is taken.
        var part = new CheckpointPart(_whole, place.Path, _whole.Entries.Values.Where(entry =>
            entry.Name.StartsWith(place.Path, StringComparison.Ordinal) && place.Sections.Contains(entry.Section)
                && (_names.ContainsKey(entry.Name[place.Path.Length..]) || !IsNote(entry))));
        return (place, part, Compare(part));
    }

    private StateMismatch Compare(CheckpointPart part) => StateMismatch.Find(_needed.State, part.Entries, _needed.IsIgnored);

    // Whole numbers are counters and indices, never weights; total_ops and total_params are what the profiler thop leaves.
    private static bool IsNote(CheckpointEntry entry)
        => entry.Type is not (torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16
                or torch.ScalarType.ComplexFloat32 or torch.ScalarType.ComplexFloat64)
            || (entry.Elements == 1 && entry.Key.Split('.')[^1] is "total_ops" or "total_params");

    /// <summary>Something that stands before names of the network.</summary>
    private sealed class Place(string path, bool isAllowed)
    {
        public string Path => path;

        /// <summary>Whether it is where the user wants it.</summary>
        public bool IsAllowed => isAllowed;

        /// <summary>How many of the names it stands before that the network cannot do without.</summary>
        public int Required { get; private set; }

        /// <summary>How many of its tensors have another shape than they should.</summary>
        public int Misshapen { get; private set; }

        /// <summary>The dictionaries that hold its tensors.</summary>
        public HashSet<string> Sections { get; } = new(StringComparer.Ordinal);

        public void Add(CheckpointEntry entry, (StateShape State, bool MayBeAbsent) wanted)
        {
            Sections.Add(entry.Section);
            if (!wanted.MayBeAbsent)
                Required++;
            if (!entry.Shape.AsSpan().SequenceEqual(wanted.State.Shape))
                Misshapen++;
        }
    }
}
