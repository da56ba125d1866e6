using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.KBNet;

/// <summary>Pixels of a batch that are worked on together: whole images, or rows of one.</summary>
/// <param name="First">The first image.</param>
/// <param name="Count">How many images.</param>
/// <param name="Top">The first row.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Width">Pixels of a row.</param>
internal readonly record struct PixelChunk(long First, long Count, long Top, long Rows, long Width)
{
    /// <summary>Few enough for the cache, many enough to keep several cores busy.</summary>
    private const long Elements = 256 * 1024;

    /// <summary>Devices want large kernels more than cached ones.</summary>
    private const long DeviceElements = 4 * 1024 * 1024;

    /// <summary>Cuts a batch N×C×H×W into chunks whose feature maps have a bounded size, or one row.</summary>
    public static IEnumerable<PixelChunk> Split(Tensor batch)
    {
        var (count, channels, height, width) = (batch.shape[0], batch.shape[1], batch.shape[2], batch.shape[3]);
        var pixels = (batch.device_type == DeviceType.CPU ? Elements : DeviceElements) / channels;
        var images = Math.Clamp(pixels / (height * width), 1, count);
        var rows = Math.Clamp(pixels / width, 1, height);
        for (var first = 0L; first < count; first += images)
            for (var top = 0L; top < height; top += rows)
                yield return new(first, Math.Min(images, count - first), top, Math.Min(rows, height - top), width);
    }

    /// <summary>This chunk's part of C×N×H×W, sharing its memory.</summary>
    public Tensor Of(Tensor planes) => planes.narrow(1, First, Count).narrow(2, Top, Rows);

    /// <summary>A copy of this chunk's part of C×N×H×W as a matrix C×P, a row for each channel.</summary>
    public Tensor Matrix(Tensor planes) => Of(planes).reshape(planes.shape[0], -1);

    /// <summary>What the pixels see at one of nine places of a 3×3 kernel, sharing the memory of C×N×(H+2)×(W+2).</summary>
    public Tensor Shifted(Tensor padded, int place) =>
        padded.narrow(1, First, Count).narrow(2, Top + (place / 3), Rows).narrow(3, place % 3, Width);

    /// <summary>C×P as C×n×h×w.</summary>
    public Tensor Planes(Tensor matrix) => matrix.view(-1, Count, Rows, Width);

    /// <summary>C×P or C×n×h×w with the channels in groups of four, G×4×n×h×w.</summary>
    public Tensor Groups(Tensor channels) =>
        channels.view(-1, KernelBasisAttention.GroupSize, Count, Rows, Width);
}
