using System.Buffers.Binary;
using System.Text.Json;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Reads the safetensors format: 8 bytes header length (little endian), a JSON header, raw little-endian data. Nothing in
/// a file is executed; every offset is checked before it is used, by the rules of the reference implementation
/// (https://github.com/huggingface/safetensors): the tensors fill the data without holes or overlaps.
/// </summary>
public sealed class SafeTensorsReader : CheckpointReader
{
    /// <summary>The header's name for what is no tensor.</summary>
    internal const string MetadataName = "__metadata__";

    private const string Remedy = "Use a file in the safetensors format, as written by this program or by the safetensors library.";
    private const int MaximumDimensions = 64;

    private readonly CheckpointData _data;
    private readonly long _dataStart;
    private readonly Dictionary<string, CheckpointEntry> _entries;

    private SafeTensorsReader(
        CheckpointData data, long dataStart, Dictionary<string, CheckpointEntry> entries, Dictionary<string, string> metadata)
        : base(data.FilePath)
    {
        _data = data;
        _dataStart = dataStart;
        _entries = entries;
        Metadata = metadata;
    }

    /// <inheritdoc/>
    public override string Format => "safetensors";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, CheckpointEntry> Entries => _entries;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable, truncated or not in the format.</exception>
    public static SafeTensorsReader Open(string path)
    {
        var data = CheckpointData.Open(path, Remedy);
        try
        {
            return Parse(data);
        }
        catch (Exception exception) when (exception is JsonException or IOException or InvalidOperationException
            or KeyNotFoundException or FormatException or OverflowException)
        {
            data.Dispose();
            throw Bad(path, exception.Message, exception);
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
        if (!_entries.TryGetValue(name, out var found) || found is not SafeTensorsEntry entry)
            throw new IRConStyleException($"{FilePath} has no tensor named {name}.");

        var tensor = torch.empty(entry.Shape, entry.Type).DetachFromDisposeScope();
        try
        {
            _data.Fill(tensor, _dataStart + entry.Start);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _data.Dispose();
    }

    private static SafeTensorsReader Parse(CheckpointData data)
    {
        var path = data.FilePath;
        Span<byte> prefix = stackalloc byte[8];
        data.ReadExactly(0, prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > (ulong)Math.Min(SafeTensorsTypes.HeaderLimit, data.Length - 8))
            throw Bad(path, $"its header claims {headerLength} bytes of a file of {data.Length}");

        var header = new byte[headerLength];
        data.ReadExactly(prefix.Length, header);
        var entries = new Dictionary<string, CheckpointEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var dataStart = 8 + (long)headerLength;
        using var document = JsonDocument.Parse(header);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name != MetadataName)
            {
                if (!entries.TryAdd(property.Name, ParseEntry(path, property, data.Length - dataStart)))
                    throw Bad(path, $"it names {property.Name} twice");
                continue;
            }

            foreach (var text in property.Value.EnumerateObject())
                if (!metadata.TryAdd(text.Name, text.Value.GetString() ?? throw new FormatException($"its metadata {text.Name} is no text")))
                    throw Bad(path, $"its metadata names {text.Name} twice");
        }

        RefuseHoles(path, entries.Values.Cast<SafeTensorsEntry>(), data.Length - dataStart);
        if (metadata.ContainsKey(CheckpointFile.TrainingStateKey))
            foreach (var (name, entry) in entries.Where(entry => entry.Key.Contains('/', StringComparison.Ordinal)).ToArray())
                entries[name] = entry with { Section = name[..name.IndexOf('/', StringComparison.Ordinal)] };
        return new SafeTensorsReader(data, dataStart, entries, metadata);
    }

    private static SafeTensorsEntry ParseEntry(string path, JsonProperty property, long available)
    {
        var value = property.Value;
        var typeName = value.GetProperty("dtype").GetString();
        if (!SafeTensorsTypes.TryParse(typeName, out var type, out var size))
            throw Bad(path, $"{property.Name} has type {typeName}; known are {SafeTensorsTypes.Names}");

        var shape = value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()).ToArray();
        var offsets = value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2 || shape.Length > MaximumDimensions || Array.Exists(shape, length => length < 0))
            throw Bad(path, $"{property.Name} has a malformed shape or offsets");

        var (start, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        // Empty dimensions count as one first, so that an empty tensor cannot hide dimensions no tensor can have.
        _ = shape.Aggregate((long)size, (product, length) => checked(product * Math.Max(length, 1)));
        var bytes = shape.Aggregate((long)size, (product, length) => product * length);
        if (start < 0 || checked(end - start) != bytes || end > available)
            throw Bad(path, $"{property.Name} lies at bytes {start} to {end}, its shape needs {bytes} of the {available} there are");
        return new SafeTensorsEntry(property.Name, type, shape, start, end);
    }

    private static void RefuseHoles(string path, IEnumerable<SafeTensorsEntry> entries, long available)
    {
        SafeTensorsEntry? previous = null;
        foreach (var entry in entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.End))
        {
            var expected = previous?.End ?? 0;
            if (entry.Start < expected)
                throw Bad(path, $"{previous!.Name} and {entry.Name} share bytes");
            if (entry.Start > expected)
                throw Bad(path, $"bytes {expected} to {entry.Start} of its data belong to no tensor");
            previous = entry;
        }

        var end = previous?.End ?? 0;
        if (end != available)
            throw Bad(path, $"its tensors take {end} bytes, {available} follow the header");
    }

    private static IRConStyleException Bad(string path, string problem, Exception? cause = null)
        => new($"{path} is no valid safetensors file: {problem}", Remedy, cause);
}
