using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Reads the named tensors of a checkpoint, one at a time. Nothing in a file is ever executed. A file may hold several
/// dictionaries of tensors, its sections; <see cref="CheckpointPart"/> is one of them.
/// </summary>
/// <param name="path">The file.</param>
public abstract class CheckpointReader(string path) : IDisposable
{
    /// <summary>The file's path.</summary>
    public string FilePath { get; } = path;

    /// <summary>The format's name, for people.</summary>
    public abstract string Format { get; }

    /// <summary>Free text the file carries, by path; empty where the format has none.</summary>
    public abstract IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name; in a file with sections that is the section's path, a separator, and the name within.</summary>
    public abstract IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <summary>What stands where a tensor would and cannot be read: what of Python it depends on, by name.</summary>
    public virtual IReadOnlyDictionary<string, string> Refused => new Dictionary<string, string>();

    /// <summary>The sections with their tensors, in the order of the file; one that is the root has an empty path.</summary>
    public IReadOnlyList<CheckpointSection> Sections => [.. Entries.Values
        .GroupBy(entry => entry.Section, StringComparer.Ordinal)
        .Select(section => new CheckpointSection(section.Key, section.Count()))];

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">A name in <see cref="Entries"/>.</param>
    /// <returns>A contiguous CPU tensor of the stored type and shape, owned by the caller, in no dispose scope.</returns>
    /// <exception cref="IRConStyleException">There is no such tensor, or the file can no longer be read.</exception>
    public abstract torch.Tensor Read(string name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected abstract void Dispose(bool disposing);
}

/// <summary>One tensor of a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
public record CheckpointEntry(string Name, torch.ScalarType Type, long[] Shape)
{
    /// <summary>The path of the dictionary it lies in, with which <see cref="Name"/> then begins; empty for the root.</summary>
    public string Section { get; init; } = "";

    /// <summary>Its name within its section.</summary>
    public string Key => Section.Length == 0 ? Name : Name[(Section.Length + 1)..];

    /// <summary>How many values it holds.</summary>
    public long Elements => Shape.Aggregate(1L, (product, length) => product * length);
}

/// <summary>A dictionary of tensors in a checkpoint.</summary>
/// <param name="Path">Its keys from the root, joined by dots; empty for the root itself.</param>
/// <param name="Tensors">How many tensors it holds.</param>
public sealed record CheckpointSection(string Path, int Tensors);
