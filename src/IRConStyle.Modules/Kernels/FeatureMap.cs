using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>The memory of a float32 tensor on the CPU whose channels lie together, as rows of pixels.</summary>
/// <remarks>It keeps the tensor object, not its memory: whoever disposes the tensor ends the map.</remarks>
public sealed unsafe class FeatureMap
{
    private readonly Tensor _tensor;
    private readonly float* _first;
    private readonly long _imageStep;
    private readonly long _rowStep;
    private readonly int _pixelStep;

    /// <summary>Looks at a tensor.</summary>
    /// <param name="tensor">N×C×H×W for which <see cref="Fits"/> holds; the caller keeps it.</param>
    /// <exception cref="ArgumentException">It is of another type or layout, or on another device.</exception>
    public FeatureMap(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!Fits(tensor))
            throw new ArgumentException("Give a channels-last float32 tensor N×C×H×W on the CPU.", nameof(tensor));
        _tensor = tensor;
        var (shape, strides) = (tensor.shape, tensor.stride());
        (Images, Channels, Height, Width) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
        (_imageStep, _rowStep, _pixelStep) = (strides[0], strides[2], (int)strides[3]);
        // A view of one number, because only memory without gaps is handed out.
        using var first = tensor.as_strided([1], [1], tensor.storage_offset());
        fixed (byte* bytes = first.bytes)
            _first = (float*)bytes;
    }

    /// <summary>The tensor.</summary>
    public Tensor Tensor => _tensor;

    /// <summary>N.</summary>
    public int Images { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>H.</summary>
    public int Height { get; }

    /// <summary>W.</summary>
    public int Width { get; }

    /// <summary>Whether a tensor is N×C×H×W, not empty, float32, on the CPU, and each pixel's channels lie together.</summary>
    /// <param name="tensor">The tensor.</param>
    public static bool Fits(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.dtype != ScalarType.Float32 || tensor.device_type != DeviceType.CPU || tensor.dim() != 4 || tensor.numel() == 0)
            return false;
        var (shape, strides) = (tensor.shape, tensor.stride());
        var isTogether = shape[1] == 1 || strides[1] == 1;
        return isTogether && (shape[3] == 1 || (strides[3] >= shape[1] && strides[3] <= int.MaxValue));
    }

    /// <summary>A new channels-last tensor whose numbers are not set.</summary>
    /// <param name="images">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    public static Tensor Empty(long images, long channels, long height, long width)
    {
        using var pixels = empty(images, height, width, channels, ScalarType.Float32);
        return pixels.permute(0, 3, 1, 2);
    }

    /// <summary>Pixels of a row.</summary>
    /// <param name="image">Which image.</param>
    /// <param name="row">Which row.</param>
    /// <param name="left">The first pixel.</param>
    /// <param name="right">The pixel after the last one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such pixels.</exception>
    public PixelSpan Row(int image, int row, int left, int right)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)image, (uint)Images);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)right, (uint)Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)left, (uint)right);
        var first = _first + (image * _imageStep) + (row * _rowStep) + ((long)left * _pixelStep);
        return new PixelSpan(first, _pixelStep, right - left, Channels);
    }
}
