using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints.PyTorch;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Reads what <c>torch.save</c> writes: the zip format, and the one before torch 1.6. The file's pickle is read as data and
/// nothing in it is executed; names of Python that no weights need are refused. Tensors stay in the file until they are read.
/// </summary>
/// <remarks>
/// The weights are taken from the section asked for, else from the first of <c>params_ema</c>, <c>state_dict_ema</c>,
/// <c>model_ema</c>, <c>ema</c>, <c>params</c>, <c>state_dict</c>, <c>model_state_dict</c>, <c>model</c>, <c>generator</c>,
/// <c>net</c>, else from the root when it holds tensors, else from the only dictionary of tensors there is; else every tensor
/// of the file is an entry under its dotted path. The prefix <c>module.</c> goes when all names have it.
/// </remarks>
public sealed class PyTorchReader : CheckpointReader
{
    /// <summary>Metadata key of the section that was taken; absent when it is the root.</summary>
    public const string SectionKey = "pytorch.section";

    private readonly CheckpointData _data;
    private readonly IReadOnlyDictionary<string, (long Start, long Length)> _storages;
    private readonly Dictionary<string, TensorRecord> _tensors;

    private PyTorchReader(CheckpointData data, PyTorchContent content, CheckpointTree tree)
        : base(data.FilePath)
    {
        _data = data;
        _storages = content.Storages;
        _tensors = tree.Tensors;
        Format = content.Format;
        Sections = tree.Sections;
        Section = tree.Section;
        Entries = tree.Tensors.ToDictionary(
            item => item.Key, item => new CheckpointEntry(item.Key, item.Value.Type.Type, item.Value.Shape), StringComparer.Ordinal);
        if (Section.Length > 0)
            tree.Texts[SectionKey] = Section;
        Metadata = tree.Texts;
    }

    /// <inheritdoc/>
    public override string Format { get; }

    /// <summary>Numbers, texts and truth values of the file as text, such as <c>epoch</c>, and <see cref="SectionKey"/>.</summary>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <summary>The dictionaries of tensors below the file's root, such as <c>params</c> and <c>params_ema</c>.</summary>
    public IReadOnlyList<string> Sections { get; }

    /// <summary>The section the entries are from; empty when they are from the root.</summary>
    public string Section { get; }

    /// <summary>Opens a file and reads its description.</summary>
    /// <param name="path">The file.</param>
    /// <param name="section">One of its <see cref="Sections"/>; null for the best one, averaged weights first.</param>
    /// <exception cref="IRConStyleException">
    /// The file is missing, unreadable, truncated, not in the format, or needs more than weights do; or there is no such section.
    /// </exception>
    public static PyTorchReader Open(string path, string? section = null)
    {
        var data = CheckpointData.Open(path, "Use a file as written by torch.save.");
        try
        {
            var content = StartsAsZip(data) ? ZipLayout.Read(data) : LegacyLayout.Read(data);
            var tree = CheckpointTree.Read(content.Root, section);
            foreach (var (name, tensor) in tree.Tensors)
                if (tensor.Extent > 0 && (!content.Storages.TryGetValue(tensor.StorageKey, out var storage) || tensor.End > storage.Length))
                    throw CheckpointProblem.Malformed($"{name} lies outside of its storage {tensor.StorageKey}");
            return new PyTorchReader(data, content, tree);
        }
        catch (CheckpointProblem problem)
        {
            data.Dispose();
            throw problem.At(path);
        }
        catch (Exception exception) when (exception is IOException or OverflowException)
        {
            data.Dispose();
            throw CheckpointProblem.Malformed(exception.Message).At(path);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override torch.Tensor Read(string name)
    {
        if (!_tensors.TryGetValue(name, out var record))
            throw new IRConStyleException($"{FilePath} has no tensor named {name}.");
        var result = torch.empty(record.Shape, record.Type.Type).DetachFromDisposeScope();
        if (record.Extent == 0)
            return result;
        try
        {
            var start = _storages[record.StorageKey].Start + record.Start;
            if (record.IsContiguous)
            {
                _data.Fill(result, start);
                return result;
            }

            using var stored = torch.empty([record.Extent], record.Type.Type).DetachFromDisposeScope();
            _data.Fill(stored, start);
            using var view = stored.as_strided(record.Shape, record.Strides, 0).DetachFromDisposeScope();
            result.copy_(view);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _data.Dispose();
    }

    private static bool StartsAsZip(CheckpointData data)
    {
        Span<byte> start = stackalloc byte[4];
        if (data.Length < start.Length)
            throw CheckpointProblem.Malformed($"it has {data.Length} bytes");
        data.ReadExactly(0, start);
        return start.SequenceEqual("PK\x03\x04"u8);
    }
}
