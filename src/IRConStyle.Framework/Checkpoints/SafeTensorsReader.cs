using System.Buffers.Binary;
using System.Text.Json;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>
/// Reads the safetensors format: 8 bytes header length (little endian), a JSON header, raw little-endian data. Nothing in
/// a file is executed; every offset is checked before it is used.
/// </summary>
public sealed class SafeTensorsReader : IDisposable
{
    private const string Remedy = "Use a file in the safetensors format, as written by this program or by the safetensors library.";

    private readonly FileStream _stream;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafeTensorsEntry> _entries;
    private readonly Lock _gate = new();

    private SafeTensorsReader(
        string path, FileStream stream, long dataStart, Dictionary<string, SafeTensorsEntry> entries, Dictionary<string, string> metadata)
    {
        FilePath = path;
        _stream = stream;
        _dataStart = dataStart;
        _entries = entries;
        Metadata = metadata;
    }

    /// <summary>The file's path.</summary>
    public string FilePath { get; }

    /// <summary>The header's free text entries.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafeTensorsEntry> Entries => _entries;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IRConStyleException">The file is missing, unreadable, truncated or not in the format.</exception>
    public static SafeTensorsReader Open(string path)
    {
        if (Directory.Exists(path))
            throw new IRConStyleException($"{path} is a directory, not a weights file.", Remedy);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{path} cannot be read: {exception.Message}", Remedy, exception);
        }

        try
        {
            return Parse(path, stream);
        }
        catch (Exception exception) when (exception is JsonException or EndOfStreamException or InvalidOperationException
            or KeyNotFoundException or FormatException or OverflowException)
        {
            stream.Dispose();
            throw Bad(path, exception.Message, exception);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">A name in <see cref="Entries"/>.</param>
    /// <returns>A CPU tensor of the stored type and shape, owned by the caller, in no dispose scope.</returns>
    /// <exception cref="IRConStyleException">There is no such tensor.</exception>
    public torch.Tensor Read(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new IRConStyleException($"{FilePath} has no tensor named {name}.");

        var tensor = torch.empty(entry.Shape, entry.Type).DetachFromDisposeScope();
        lock (_gate)
        {
            _stream.Position = _dataStart + entry.Start;
            if (entry.End > entry.Start)
                tensor.ReadBytesFromStream(_stream, 1 << 16);
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static SafeTensorsReader Parse(string path, FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > (ulong)Math.Min(SafeTensorsTypes.HeaderLimit, stream.Length - 8))
            throw Bad(path, $"its header claims {headerLength} bytes of a file of {stream.Length}");

        var header = new byte[headerLength];
        stream.ReadExactly(header);
        var entries = new Dictionary<string, SafeTensorsEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var dataStart = 8 + (long)headerLength;
        using var document = JsonDocument.Parse(header);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (var text in property.Value.EnumerateObject())
                    metadata[text.Name] = text.Value.GetString() ?? "";
            }
            else if (!entries.TryAdd(property.Name, ParseEntry(path, property, stream.Length - dataStart)))
            {
                throw Bad(path, $"it names {property.Name} twice");
            }
        }

        RefuseOverlaps(path, entries.Values);
        return new SafeTensorsReader(path, stream, dataStart, entries, metadata);
    }

    private static SafeTensorsEntry ParseEntry(string path, JsonProperty property, long available)
    {
        var value = property.Value;
        var typeName = value.GetProperty("dtype").GetString();
        if (!SafeTensorsTypes.TryParse(typeName, out var type, out var size))
            throw Bad(path, $"{property.Name} has type {typeName}; known are {SafeTensorsTypes.Names}");

        var shape = value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()).ToArray();
        var offsets = value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2 || Array.Exists(shape, length => length < 0))
            throw Bad(path, $"{property.Name} has a malformed shape or offsets");

        var (start, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        // Empty dimensions count as one first, so that an empty tensor cannot hide dimensions no tensor can have.
        _ = shape.Aggregate((long)size, (product, length) => checked(product * Math.Max(length, 1)));
        var bytes = shape.Aggregate((long)size, (product, length) => product * length);
        if (start < 0 || end - start != bytes || end > available)
            throw Bad(path, $"{property.Name} lies at bytes {start} to {end}, its shape needs {bytes} of the {available} there are");
        return new SafeTensorsEntry(property.Name, type, shape, start, end);
    }

    private static void RefuseOverlaps(string path, IEnumerable<SafeTensorsEntry> entries)
    {
        SafeTensorsEntry? previous = null;
        foreach (var entry in entries.Where(entry => entry.End > entry.Start).OrderBy(entry => entry.Start))
        {
            if (previous is not null && entry.Start < previous.End)
                throw Bad(path, $"{previous.Name} and {entry.Name} share bytes");
            previous = entry;
        }
    }

    private static IRConStyleException Bad(string path, string problem, Exception? cause = null)
        => new($"{path} is no valid safetensors file: {problem}", Remedy, cause);
}
