using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Reads the named tensors of a checkpoint file, one at a time. Nothing in a file is ever executed.</summary>
/// <param name="path">The file.</param>
public abstract class CheckpointReader(string path) : IDisposable
{
    /// <summary>The file's path.</summary>
    public string FilePath { get; } = path;

    /// <summary>The format's name, for people.</summary>
    public abstract string Format { get; }

    /// <summary>Free text the file carries; empty where the format has none.</summary>
    public abstract IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public abstract IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

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
    /// <summary>How many values it holds.</summary>
    public long Elements => Shape.Aggregate(1L, (product, length) => product * length);
}
