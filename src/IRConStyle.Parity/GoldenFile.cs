using System.Text.Json;
using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>
/// A file of golden vectors made by running the authors' code: <c>weights/…</c>, <c>input/…</c>, <c>expected/…</c> (their
/// float32 run), <c>expected_f64/…</c> (their float64 run), and metadata that names the network, its constructor and where
/// shared weights lie.
/// </summary>
internal sealed partial class GoldenFile : IDisposable
{
    private const string Weights = "weights/";
    private readonly SafeTensorsReader _reader;

    private GoldenFile(SafeTensorsReader reader) => _reader = reader;

    public string FilePath => _reader.FilePath;

    /// <summary>What the file holds; null when it is no golden file.</summary>
    public string? Kind => Text("kind");

    /// <summary>Class name of the network in the authors' code.</summary>
    public string Architecture => Text("architecture") ?? throw Bad("names no architecture");

    public static GoldenFile Open(string path) => new(SafeTensorsReader.Open(path));

    public string? Text(string key) => _reader.Metadata.GetValueOrDefault(key);

    /// <summary>Constructor arguments by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Constructor()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Text("constructor") ?? "{}") ?? [];
        }
        catch (JsonException exception)
        {
            throw Bad($"has a malformed constructor: {exception.Message}");
        }
    }

    /// <summary>
    /// Class name of the style encoder that was trained beside the network; null for a network without one, whose file names
    /// no queue.
    /// </summary>
    /// <param name="start">The file with the initial weights.</param>
    public string? TrainedEncoder(GoldenFile start)
        => start.Shared()?.Architecture ?? (Text("K") is null ? null : "ConStyle");

    /// <summary>Constructor arguments of a contrastive encoder that a whole training's file gives beside the network's.</summary>
    public IReadOnlyDictionary<string, JsonElement> EncoderArguments()
    {
        (string Argument, string Key)[] keys = [("K", "K"), ("m", "momentum"), ("T", "temperature")];
        return keys.ToDictionary(
            entry => entry.Argument,
            entry => JsonDocument.Parse(Text(entry.Key) ?? throw Bad($"has no {entry.Key}")).RootElement,
            StringComparer.Ordinal);
    }

    public bool Has(string name) => _reader.Entries.ContainsKey(name);

    public IEnumerable<string> Names(string prefix)
        => _reader.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    /// <summary>A tensor, owned by the current dispose scope.</summary>
    public torch.Tensor Read(string name)
    {
        var tensor = _reader.Read(name);
        // An alias made here belongs to the current scope, whatever the reader's rule is.
        var scoped = tensor.alias();
        tensor.Dispose();
        return scoped;
    }

    /// <summary>The weights of this file and of the file it shares weights with, by state_dict name; own ones win.</summary>
    public Dictionary<string, torch.Tensor> ReadWeights()
    {
        var weights = new Dictionary<string, torch.Tensor>(StringComparer.Ordinal);
        if (Shared() is { } shared)
        {
            using var file = Open(shared.Path);
            foreach (var name in file.Names(Weights).Where(name => name.StartsWith(shared.Part, StringComparison.Ordinal)))
                weights[shared.Prefix + name] = file.Read(Weights + name);
        }

        foreach (var name in Names(Weights))
            weights[name] = Read(Weights + name);
        return weights;
    }

    /// <summary>The network whose weights are shared, and what stands before its names here; null when nothing is shared.</summary>
    public (string Path, string Prefix, string Part, string Architecture)? Shared()
    {
        if (Text("shared_weights") is not { } rule)
            return null;
        var match = SharedRule().Match(rule);
        if (!match.Success)
            throw Bad($"has a rule for shared weights that is not understood: {rule}");

        var fileName = match.Groups["file"].Value;
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(FilePath))!;
        var path = new[] { System.IO.Path.Combine(folder, fileName), System.IO.Path.Combine(folder, "..", "arch", fileName) }
            .FirstOrDefault(File.Exists) ?? throw Bad($"shares weights with {fileName}, which lies neither beside it nor in ../arch");
        using var file = Open(path);
        // "A.b.* = weights/b.*": what stands before the shared part is the prefix.
        var (left, part) = (match.Groups["left"].Value, match.Groups["part"].Value);
        var prefix = left.Length > 0 && left.EndsWith(part, StringComparison.Ordinal) ? left[..^part.Length] : match.Groups["prefix"].Value;
        return (path, prefix, part, file.Architecture);
    }

    /// <summary>A list of texts in the metadata.</summary>
    public IReadOnlyList<string> List(string key)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(Text(key) ?? throw Bad($"has no {key}")) ?? [];
        }
        catch (JsonException exception)
        {
            throw Bad($"has a malformed list {key}: {exception.Message}");
        }
    }

    /// <summary>A file beside this one that the metadata names; null when it names none.</summary>
    public GoldenFile? Sibling(string key)
        => Text(key) is { } name
            ? Open(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(FilePath))!, System.IO.Path.GetFileName(name)))
            : null;

    public IRConStyleException Bad(string problem)
        => new($"{FilePath} {problem}.", "Use golden vectors in the format that docs/parity.md describes.");

    public void Dispose() => _reader.Dispose();

    /// <summary>
    /// <c>ConStyle.&lt;name&gt; = weights/&lt;name&gt; of FILE</c>, <c>encoder_q.* = weights/encoder_q.* of arch/FILE …</c> or
    /// <c>… come from FILE (same names)</c>.
    /// </summary>
    [GeneratedRegex(@"^(?:(?<prefix>[\w.]+\.)<name> .*= weights/\S+ of|(?<left>[\w.]+)\* .*= weights/(?<part>[\w.]+)\* of|.* come from) (?:\S*/)?(?<file>[\w.-]+\.safetensors)", RegexOptions.ExplicitCapture)]
    private static partial Regex SharedRule();
}
