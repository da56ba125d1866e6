using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

/// <summary>Reads files of its own format: height, width, then 3×H×W bytes; counts how often.</summary>
internal sealed class StubReader : IImageReader
{
    private int _reads;

    public int Reads => _reads;

    public IReadOnlySet<string> Extensions { get; } = new HashSet<string> { ".png", ".jpg" };

    public torch.Tensor ReadRgb(string path)
    {
        Interlocked.Increment(ref _reads);
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length == 0)
            throw new IRConStyleException($"{path} is empty.");
        using var flat = torch.tensor(bytes[2..], dtype: torch.uint8);
        return flat.view(3, bytes[0], bytes[1]).DetachFromDisposeScope();
    }

    public (int Width, int Height) ReadSize(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length > 0 ? (bytes[1], bytes[0]) : throw new IRConStyleException($"{path} is empty.");
    }

    /// <summary>Writes an image whose pixels tell where they are.</summary>
    public static void Write(string path, int height, int width, int salt = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var pixels = Enumerable.Range(0, 3 * height * width).Select(i => (byte)(i * 7 + i / 256 + salt));
        File.WriteAllBytes(path, [(byte)height, (byte)width, .. pixels]);
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
