using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>One part of a training's checkpoint, whose tensors are named <c>section/name</c>.</summary>
internal sealed class SectionReader : CheckpointReader
{
    /// <summary>The part that is restored with, unless another is asked for.</summary>
    public const string Averaged = "params_ema";

    /// <summary>The part with the weights as the optimizer left them.</summary>
    public const string Live = "params";

    private readonly CheckpointReader _file;
    private readonly string _prefix;

    private SectionReader(CheckpointReader file, string section)
        : base(file.FilePath)
    {
        (_file, _prefix) = (file, section + "/");
        Entries = file.Entries.Values
            .Where(entry => entry.Name.StartsWith(_prefix, StringComparison.Ordinal))
            .Select(entry => entry with { Name = entry.Name[_prefix.Length..] })
            .ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Format => _file.Format;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <summary>Opens a part of a file, which is owned from now on.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="section">The part; null for <see cref="Averaged"/>.</param>
    /// <exception cref="IRConStyleException">There is no such part.</exception>
    public static SectionReader Open(CheckpointReader file, string? section)
    {
        var reader = new SectionReader(file, section ?? Averaged);
        if (reader.Entries.Count > 0)
            return reader;
        var known = file.Entries.Keys.Select(name => name.Split('/')[0]).Distinct(StringComparer.Ordinal);
        file.Dispose();
        throw new IRConStyleException($"{file.FilePath} has no section {section}.", $"It has {string.Join(", ", known)}.");
    }

    /// <inheritdoc/>
    public override torch.Tensor Read(string name) => _file.Read(_prefix + name);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
    }
}
