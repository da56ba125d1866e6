using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints.PyTorch;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Reads what <c>torch.save</c> writes: the zip format, also when it was compressed afterwards, and the one before torch 1.6.
/// The file's pickle is read as data and nothing in it is executed; objects of Python beside the weights are inert. Tensors
/// stay in the file until they are read.
/// </summary>
public sealed class PyTorchReader : CheckpointReader
{
    private readonly CheckpointData _data;
    private readonly IReadOnlyDictionary<string, ByteRange> _storages;
    private readonly Dictionary<string, TreeTensor> _tensors;

    private PyTorchReader(CheckpointData data, PyTorchContent content, CheckpointTree tree)
        : base(data.FilePath)
    {
        _data = data;
        _storages = content.Storages;
        _tensors = tree.Tensors;
        Format = content.Format;
        Entries = tree.Tensors.ToDictionary(
            item => item.Key,
            item => new CheckpointEntry(item.Key, item.Value.Record.Type.Type, item.Value.Record.Shape) { Section = item.Value.Section },
            StringComparer.Ordinal);
        Metadata = tree.Texts;
        Refused = tree.Refused;
        PassedOver = [.. tree.Classes];
    }

    /// <inheritdoc/>
    public override string Format { get; }

    /// <summary>Numbers, texts and truth values of the file as text, by path, such as <c>epoch</c>.</summary>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Refused { get; }

    /// <summary>Classes and functions of Python whose objects lie beside the weights, such as <c>argparse.Namespace</c>.</summary>
    public IReadOnlyList<string> PassedOver { get; }

    /// <summary>Opens a file and reads its description: all its sections.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IRConStyleException">
    /// The file is missing, unreadable, truncated, not in the format, or holds objects of Python alone.
    /// </exception>
    public static PyTorchReader Open(string path)
    {
        var data = CheckpointData.Open(path, "Use a file as written by torch.save.");
        try
        {
            var content = StartsAsZip(data) ? ZipLayout.Read(data) : LegacyLayout.Read(data);
            var tree = CheckpointTree.Read(content.Root);
            CheckTensors(tree, content);
            return new PyTorchReader(data, content, tree);
        }
        catch (CheckpointProblem problem)
        {
            data.Dispose();
            throw problem.At(path);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or OverflowException)
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
        if (!_tensors.TryGetValue(name, out var tensor))
            throw new IRConStyleException($"{FilePath} has no tensor named {name}.");
        var record = tensor.Record;
        var result = torch.empty(record.Shape, record.Type.Type).DetachFromDisposeScope();
        if (record.Extent == 0)
            return result;
        try
        {
            var storage = _storages[record.StorageKey];
            var start = storage.Start + record.Start;
            if (record.IsContiguous)
            {
                storage.Source.Fill(result, start);
                return result;
            }

            using var stored = torch.empty([record.Extent], record.Type.Type).DetachFromDisposeScope();
            storage.Source.Fill(stored, start);
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

    private static void CheckTensors(CheckpointTree tree, PyTorchContent content)
    {
        foreach (var (name, (_, tensor)) in tree.Tensors)
            if (tensor.Extent > 0 && (!content.Storages.TryGetValue(tensor.StorageKey, out var storage) || tensor.End > storage.Length))
                throw CheckpointProblem.Malformed($"{name} lies outside of its storage {tensor.StorageKey}");
        if (tree.Tensors.Count > 0)
            return;
        if (tree.Refused.Count > 0)
            throw new CheckpointProblem($"holds no tensor that can be read: {tree.Refused.First().Key} needs {tree.Refused.First().Value}", CheckpointProblem.SaveAgain);
        var objects = content.Root is PickleGlobal global ? [global.Name] : tree.Classes.Take(3).ToArray();
        if (objects.Length > 0)
            throw new CheckpointProblem(
                $"holds no weights, only objects of Python ({string.Join(", ", objects)}), and nothing in a file is executed", CheckpointProblem.SaveAgain);
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
