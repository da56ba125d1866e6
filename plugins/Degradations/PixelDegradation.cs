using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// What the degradations share: checks, memory, and a random stream of the seed. They compute in managed code on the calling
/// thread: data loading runs on several threads, and each that called into libtorch's kernels would bring up a team of its own.
/// </summary>
public abstract class PixelDegradation : IDegradation
{
    /// <summary>Degrades an image. Safe to call from several threads at once.</summary>
    /// <param name="clean">C×H×W float32 on the CPU, in [0,1]; not changed.</param>
    /// <param name="seed">The same seed and image give the same result, but for the last bit of mathematical functions on another system.</param>
    /// <returns>C×H×W float32, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The tensor is not C×H×W float32 on the CPU.</exception>
    public torch.Tensor Apply(torch.Tensor clean, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(clean);
        if (clean.dim() != 3 || clean.dtype != torch.ScalarType.Float32 || clean.device_type != DeviceType.CPU)
            throw new ArgumentException($"Expected C×H×W float32 on the CPU, got {clean.dim()} dimensions of {clean.dtype} on {clean.device}.", nameof(clean));

        using var scope = torch.NewDisposeScope();
        var degraded = torch.empty(clean.shape, dtype: torch.float32);
        var size = new PlaneSize((int)clean.shape[0], (int)clean.shape[1], (int)clean.shape[2]);
        Degrade(clean.contiguous().Elements<float>(), degraded.Elements<float>(), size, seed);
        return degraded.MoveToOuterDisposeScope();
    }

    /// <summary>Fills the degraded image.</summary>
    /// <param name="clean">C×H×W, in [0,1].</param>
    /// <param name="degraded">C×H×W, to be written whole.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="seed">What decides everything random.</param>
    private protected abstract void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed);
}

/// <summary>An image's size.</summary>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal readonly record struct PlaneSize(int Channels, int Height, int Width)
{
    /// <summary>H × W.</summary>
    public int Plane => Height * Width;

    /// <summary>Where a coordinate outside the image is found when the image is mirrored at its outermost pixels.</summary>
    public static int Mirrored(int at, int length)
    {
        if ((uint)at < (uint)length)
            return at;
        if (length == 1)
            return 0;
        var period = 2 * (length - 1);
        at = Math.Abs(at) % period;
        return at < length ? at : period - at;
    }
}
