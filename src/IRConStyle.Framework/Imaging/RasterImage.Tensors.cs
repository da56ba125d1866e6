using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Imaging;

public sealed partial class RasterImage
{
    // 64 MB as float32.
    private const int BandSamples = 1 << 24;

    /// <summary>The image as a network takes it.</summary>
    /// <returns>C×H×W float32 in [0,1] (C is <see cref="Channels"/>): each sample divided by 255 or 65535. Owned by the caller.</returns>
    public torch.Tensor ToTensor()
    {
        // Whoever opened a dispose scope expects it to hold what comes to be within it.
        using var tensor = WithoutAlpha().ToTensor();
        return tensor.alias();
    }

    /// <summary>The image as datasets keep it; the samples are shared, not copied.</summary>
    public DecodedImage WithoutAlpha() => new(Width, Height, Channels, BitDepth, Samples);

    /// <summary>Makes an image of a network's output, in the likeness of the input's file.</summary>
    /// <remarks>
    /// Values are clamped to [0,1], scaled to the full range and rounded half to even, all in float32, as the reference
    /// code does. A grey original gets the mean of the three restored channels.
    /// </remarks>
    /// <param name="image">C×H×W in [0,1] nominally, floating point on any device; C is 1 or 3.</param>
    /// <param name="like">Gives bit depth, grey or colour, alpha, metadata and notes; its size must be the tensor's if it has alpha.</param>
    /// <returns>The image; independent of the tensor.</returns>
    /// <exception cref="IRConStyleException">The tensor holds values that are not numbers.</exception>
    /// <exception cref="ArgumentException">The shape is not C×H×W, or alpha does not fit it.</exception>
    public static RasterImage FromTensor(torch.Tensor image, RasterImage like)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(like);
        if (image.dim() != 3 || image.shape[0] is not (1 or 3))
            throw new ArgumentException($"Expected 1×H×W or 3×H×W, got {string.Join('×', image.shape)}.", nameof(image));
        var (height, width) = ((int)image.shape[1], (int)image.shape[2]);
        if (like.Alpha is not null && (like.Width != width || like.Height != height))
            throw new ArgumentException($"Alpha of {like.Width}×{like.Height} does not fit an image of {width}×{height}.", nameof(like));

        return FromTensor(image, like, Math.Max(1, BandSamples / (3 * width)));
    }

    /// <summary>Goes over the image in bands of rows: in one piece, a large image's steps would take several times its memory.</summary>
    internal static RasterImage FromTensor(torch.Tensor image, RasterImage like, int bandRows)
    {
        using var noGrad = torch.no_grad();
        var (height, width) = ((int)image.shape[1], (int)image.shape[2]);
        var rowBytes = width * like.Channels * (like.BitDepth / 8);
        var samples = new byte[checked(height * rowBytes)];
        for (var top = 0; top < height; top += bandRows)
        {
            using var scope = torch.NewDisposeScope();
            var rows = Math.Min(bandRows, height - top);
            ToSamples(image.detach().narrow(1, top, rows), like).bytes.CopyTo(samples.AsSpan(top * rowBytes));
        }

        return new RasterImage(like, width, height, like.BitDepth, samples, like.Alpha);
    }

    private static torch.Tensor ToSamples(torch.Tensor image, RasterImage like)
    {
        var values = image.to(torch.float32, torch.CPU);
        if (values.isnan().any().item<bool>())
            throw new IRConStyleException(
                "The restored image holds values that are not numbers (NaN).",
                "Check the checkpoint, or use float32 if a lower precision is configured.");
        values = values.clamp(0, 1);
        if (values.shape[0] != like.Channels)
            values = like.Channels == 1 ? values.mean([0], keepdim: true) : values.expand(3, values.shape[1], values.shape[2]);

        var whole = values.mul((float)like.MaxValue).round_();
        // Going through int32, the conversion to int16 wraps, which keeps the bits of the unsigned value.
        var words = like.BitDepth == 8 ? whole.to(torch.uint8) : whole.to(torch.int32).to(torch.int16);
        return words.permute(1, 2, 0).contiguous();
    }

    /// <summary>Makes an 8-bit image of as many channels as the tensor; otherwise as <see cref="FromTensor(torch.Tensor, RasterImage)"/>.</summary>
    /// <param name="image">C×H×W in [0,1] nominally, floating point on any device; C is 1 or 3.</param>
    /// <returns>The image; independent of the tensor.</returns>
    /// <exception cref="IRConStyleException">The tensor holds values that are not numbers.</exception>
    internal static RasterImage FromTensor(torch.Tensor image) => FromTensor(image, new RasterImage(1, 1, (int)image.shape[0]));

    /// <summary>An image of 8-bit samples as benchmarks score them.</summary>
    /// <param name="image">C×H×W uint8 on the CPU, C 1 or 3.</param>
    /// <returns>The image; independent of the tensor.</returns>
    internal static RasterImage FromBytes(torch.Tensor image)
    {
        using var scope = torch.NewDisposeScope();
        return new RasterImage(
            (int)image.shape[2], (int)image.shape[1], (int)image.shape[0], 8, image.permute(1, 2, 0).contiguous().bytes.ToArray());
    }
}
