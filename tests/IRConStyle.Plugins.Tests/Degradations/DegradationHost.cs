using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Tests.Datasets;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Degradations;

/// <summary>Images and statistics for the tests of degradations.</summary>
internal static class DegradationHost
{
    /// <summary>C×H×W of one value.</summary>
    public static torch.Tensor Flat(double value, int height = 64, int width = 64, int channels = 3) => torch.full([channels, height, width], value, dtype: torch.float32);

    /// <summary>C×H×W whose values a function of channel, row and column gives.</summary>
    public static torch.Tensor Image(int height, int width, Func<int, int, int, double> value, int channels = 3)
    {
        var values = new float[channels * height * width];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)value(i / (height * width), i / width % height, i % width);
        return torch.tensor(values).view(channels, height, width);
    }

    /// <summary>A picture with edges and slopes in every channel.</summary>
    public static torch.Tensor Picture(int height = 48, int width = 56) => Image(
        height, width, (channel, row, column) => 0.2 + 0.15 * channel + (column > width / 2 ? 0.25 : 0) + 0.2 * row / height);

    public static float[] Values(torch.Tensor image) => [.. MemoryMarshal.Cast<byte, float>(image.bytes)];

    /// <summary>Degrades and returns the values; nothing is left behind.</summary>
    public static float[] Degrade(IDegradation degradation, torch.Tensor clean, ulong seed = 1)
    {
        using var degraded = degradation.Apply(clean, seed);
        return Values(degraded);
    }

    public static (double Mean, double Variance) Moments(IEnumerable<double> values)
    {
        var list = values.ToList();
        var mean = list.Average();
        return (mean, list.Sum(value => (value - mean) * (value - mean)) / (list.Count - 1));
    }

    /// <summary>What degradations are built with, here: a compressor of one's own, and a table of parts.</summary>
    public static DegradationContext Context(IImageCompressor? images = null, params (string Name, IDegradation Part)[] parts) => new(
        new NoServices(),
        images ?? new HalvingCompressor(),
        component => parts.Single(part => part.Name == component.Name).Part);
}

/// <summary>Halves all samples and remembers what it was asked for.</summary>
internal sealed class HalvingCompressor : IImageCompressor
{
    public List<(int Width, int Height, int Quality, bool ChromaSubsampling)> Calls { get; } = [];

    public void ThroughJpeg(byte[] rgb, int width, int height, int quality, bool halveColour)
    {
        Calls.Add((width, height, quality, halveColour));
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] /= 2;
    }
}

/// <summary>Multiplies by a factor and adds a number, and remembers its seeds.</summary>
internal sealed class LinearDegradation(double factor, double offset) : IDegradation
{
    public List<ulong> Seeds { get; } = [];

    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        Seeds.Add(seed);
        using var scope = torch.NewDisposeScope();
        return (clean * factor + offset).MoveToOuterDisposeScope();
    }
}
