using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

/// <summary>Reads files of its own format: height, width, channels, depth, then the samples; counts how often.</summary>
internal sealed class StubReader : IImageReader
{
    private int _reads;

    public int Reads => _reads;

    public IReadOnlySet<string> Extensions { get; } = new HashSet<string> { ".png", ".jpg" };

    public DecodedImage Read(string path)
    {
        Interlocked.Increment(ref _reads);
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0
            ? new DecodedImage(bytes[1], bytes[0], bytes[2], bytes[3], bytes.AsMemory(4))
            : throw new IRConStyleException($"{path} is empty.");
    }

    public (int Width, int Height) ReadSize(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 ? (bytes[1], bytes[0]) : throw new IRConStyleException($"{path} is empty.");
    }

    /// <summary>What a listing finds beside the images.</summary>
    public IReadOnlyList<DatasetFinding> Findings { get; init; } = [];

    public ImageListing List(string folder, bool recursive)
    {
        var all = Names(folder, SearchOption.AllDirectories);
        var names = recursive ? all : Names(folder, SearchOption.TopDirectoryOnly);
        return new ImageListing(names, Findings, names.Count < all.Count);
    }

    private List<string> Names(string folder, SearchOption depth)
        => [.. Directory.EnumerateFiles(folder, "*", depth)
            .Where(file => Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];

    /// <summary>Writes an image whose pixels tell where they are.</summary>
    public static void Write(string path, int height, int width, int salt = 0, int channels = 3, int bitDepth = 8)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var samples = Enumerable.Range(0, channels * height * width * bitDepth / 8).Select(i => (byte)(i * 7 + i / 256 + salt));
        File.WriteAllBytes(path, [(byte)height, (byte)width, (byte)channels, (byte)bitDepth, .. samples]);
    }
}

/// <summary>Adds nothing but a mark of the seed to the first pixel.</summary>
internal sealed class StubDegradation : IDegradation
{
    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        using var scope = torch.NewDisposeScope();
        var degraded = clean.clone();
        degraded[0, 0, 0] = torch.tensor((float)seed);
        return degraded.MoveToOuterDisposeScope();
    }
}

/// <summary>A host without services.</summary>
internal sealed class NoServices : IServiceProvider
{
    public object? GetService(Type serviceType) => null;
}
