using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>What to take of a checkpoint, where that is chosen by hand.</summary>
/// <param name="Section">The path of one of its dictionaries of tensors, such as <c>params</c> or <c>state_dict</c>; null for any.</param>
/// <param name="Prefix">What stands before the names within it, such as <c>module.</c>; the last dot may be left out. Null for any.</param>
public sealed record PartChoice(string? Section = null, string? Prefix = null)
{
    /// <summary>Nothing is chosen by hand.</summary>
    public static PartChoice Any { get; } = new();
}

/// <summary>The part of a checkpoint that is taken: tensors that lie at one place, under the names they have there.</summary>
public sealed class CheckpointPart : CheckpointReader
{
    private readonly Dictionary<string, CheckpointEntry> _stored;

    /// <summary>Takes a part of a file, which is owned from now on.</summary>
    /// <param name="whole">The whole file.</param>
    /// <param name="place">What stands before the names that are taken: a section's path, a prefix, or both.</param>
    /// <param name="taken">The tensors that are taken; the names of all begin with the place.</param>
    internal CheckpointPart(CheckpointReader whole, string place, IEnumerable<CheckpointEntry> taken)
        : base(whole.FilePath)
    {
        Whole = whole;
        _stored = taken.ToDictionary(entry => entry.Name[place.Length..], StringComparer.Ordinal);
        Entries = _stored.ToDictionary(
            item => item.Key, item => new CheckpointEntry(item.Key, item.Value.Type, item.Value.Shape), StringComparer.Ordinal);
        Section = _stored.Values.Select(entry => entry.Section).Distinct(StringComparer.Ordinal)
            .Where(section => section.Length < place.Length).DefaultIfEmpty("").MaxBy(section => section.Length)!;
        Prefix = Section.Length == 0 ? place : place[(Section.Length + 1)..];
        Refused = whole.Refused
            .Where(item => item.Key.StartsWith(place, StringComparison.Ordinal))
            .ToDictionary(item => item.Key[place.Length..], item => item.Value, StringComparer.Ordinal);
    }

    /// <summary>The file it is a part of.</summary>
    public CheckpointReader Whole { get; }

    /// <summary>The path of the dictionary it was taken from; empty for the root.</summary>
    public string Section { get; }

    /// <summary>What stands before the names within that dictionary; empty when nothing does.</summary>
    public string Prefix { get; }

    /// <summary>The file's other tensors.</summary>
    public IEnumerable<CheckpointEntry> LeftOver
    {
        get
        {
            var taken = _stored.Values.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
            return Whole.Entries.Values.Where(entry => !taken.Contains(entry.Name));
        }
    }

    /// <inheritdoc/>
    public override string Format => Whole.Format;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => Whole.Metadata;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Refused { get; }

    /// <inheritdoc/>
    public override torch.Tensor Read(string name) => _stored.TryGetValue(name, out var entry)
        ? Whole.Read(entry.Name)
        : throw new IRConStyleException($"{FilePath} has no tensor named {name}.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Whole.Dispose();
    }
}
