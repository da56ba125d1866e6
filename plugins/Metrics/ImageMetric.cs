using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Plugins.Metrics;

/// <summary>What the metrics share: checks, border cropping, and going over to luma.</summary>
public abstract class ImageMetric : IMetric
{
    private readonly string _name;
    private readonly int _border;
    private readonly bool _lumaOnly;
    private readonly int _smallestSide;

    private protected ImageMetric(string name, MetricOptions options, bool lumaOnly, int smallestSide)
    {
        ArgumentNullException.ThrowIfNull(options);
        _name = lumaOnly ? name + "-y" : name;
        _lumaOnly = lumaOnly;
        _smallestSide = smallestSide;
        _border = options.CropBorder;
    }

    /// <inheritdoc/>
    public virtual MetricDirection Direction => MetricDirection.HigherIsBetter;

    /// <inheritdoc/>
    public abstract string Unit { get; }

    /// <inheritdoc/>
    public double Measure(torch.Tensor restored, torch.Tensor clean)
    {
        Check(restored, clean);
        using var scope = torch.NewDisposeScope();
        var (first, second) = (Crop(restored).cpu().contiguous(), Crop(clean).cpu().contiguous());
        var isGrey = _lumaOnly && clean.shape[0] == 3 && Luma.IsGrey(second.Elements<byte>());
        return Measure(PlanesOf(first, isGrey), PlanesOf(second, isGrey));
    }

    /// <summary>Measures cropped 8-bit images, or their luma.</summary>
    private protected abstract double Measure(Planes restored, Planes clean);

    /// <summary>What to do about an image that is too small.</summary>
    /// <param name="smallerSide">The smaller side of what remains of it, in pixels.</param>
    private protected virtual string SizeRemedy(long smallerSide) => $"At least {_smallestSide}×{_smallestSide} pixels must remain.";

    private void Check(torch.Tensor restored, torch.Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(restored);
        ArgumentNullException.ThrowIfNull(clean);
        if (!restored.shape.AsSpan().SequenceEqual(clean.shape))
            throw new IRConStyleException(
                $"{_name}: the restored image is {string.Join('×', restored.shape)}, the clean one {string.Join('×', clean.shape)}.",
                "Both must have the same size and channels.");
        if (restored.dtype != torch.ScalarType.Byte || clean.dtype != torch.ScalarType.Byte)
            throw new IRConStyleException($"{_name}: the images are {restored.dtype} and {clean.dtype}.", "8-bit images (Byte) are expected.");
        if (restored.dim() != 3)
            throw new IRConStyleException($"{_name}: the image has {restored.dim()} dimensions.", "3 are expected: channels, rows, columns.");
        if (restored.shape[0] is not (1 or 3))
            throw new IRConStyleException($"{_name}: the image has {restored.shape[0]} channels.", "RGB (3) or grey (1) is expected.");
        var (height, width) = (restored.shape[^2] - 2 * _border, restored.shape[^1] - 2 * _border);
        if (height < _smallestSide || width < _smallestSide)
            throw new IRConStyleException(
                $"{_name}: the image is {restored.shape[^1]}×{restored.shape[^2]} pixels, {Math.Max(width, 0)}×{Math.Max(height, 0)} without the border of {_border} (CropBorder).",
                SizeRemedy(Math.Min(height, width)));
    }

    private torch.Tensor Crop(torch.Tensor image) => image.slice(-2, _border, image.shape[^2] - _border, 1).slice(-1, _border, image.shape[^1] - _border, 1);

    private Planes PlanesOf(torch.Tensor image, bool isGrey)
    {
        ReadOnlySpan<byte> pixels = image.Elements<byte>();
        var (channels, height, width) = ((int)image.shape[0], (int)image.shape[1], (int)image.shape[2]);
        if (_lumaOnly && channels == 3)
        {
            var luma = new double[height * width];
            if (isGrey)
                Luma.OfGrey(pixels, luma);
            else
                Luma.Of(pixels, luma);
            return new Planes(luma, 1, height, width);
        }

        var values = new double[pixels.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = pixels[i];
        return new Planes(values, channels, height, width);
    }
}

/// <summary>An image as numbers from 0 to 255.</summary>
/// <param name="Values">C×H×W.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
internal sealed record Planes(double[] Values, int Channels, int Height, int Width)
{
    /// <summary>H×W values of a channel.</summary>
    public ReadOnlySpan<double> Plane(int channel) => Values.AsSpan(channel * Height * Width, Height * Width);
}
