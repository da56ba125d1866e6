using System.Runtime.InteropServices;
using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>
/// An image as its file holds it: upright, every sample as it was stored, alpha left out. It is managed memory that nobody
/// changes: keep it, share it between threads, forget it; there is nothing to dispose.
/// </summary>
public sealed class DecodedImage
{
    // Division, not a product with 1/255: the results differ in the last bit.
    private static readonly float[] Unit = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    /// <summary>Describes samples in memory.</summary>
    /// <param name="width">Pixels per row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="bitDepth">8 or 16.</param>
    /// <param name="samples">See <see cref="Samples"/>; taken over, not copied.</param>
    /// <exception cref="ArgumentException">A value is out of range, or the samples are not as many as the size says.</exception>
    public DecodedImage(int width, int height, int channels, int bitDepth, ReadOnlyMemory<byte> samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 (grey) or 3 (RGB) channels.");
        if (bitDepth is not (8 or 16))
            throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "A sample has 8 or 16 bits.");
        if (samples.Length != (long)width * height * channels * (bitDepth / 8))
            throw new ArgumentException($"{samples.Length} bytes do not make {width}×{height}×{channels} samples of {bitDepth} bits.", nameof(samples));
        (Width, Height, Channels, BitDepth, Samples) = (width, height, channels, bitDepth, samples);
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>1 for grey, 3 for RGB.</summary>
    public int Channels { get; }

    /// <summary>Bits per sample: 8 or 16.</summary>
    public int BitDepth { get; }

    /// <summary>
    /// Height × width × channels samples: row by row from the top, a pixel's channels side by side; 0 to 255, at 16 bits
    /// 0 to 65535 in two bytes each in the machine's byte order.
    /// </summary>
    public ReadOnlyMemory<byte> Samples { get; }

    /// <summary>The whole image, not turned.</summary>
    public ImageView Whole => new(0, 0, Height, Width);

    /// <summary>The image with the channels it has.</summary>
    /// <returns>C×H×W float32 in [0,1], C being <see cref="Channels"/>: each sample divided by 255 or 65535. Owned by the caller, in no dispose scope.</returns>
    public torch.Tensor ToTensor() => ToTensor(Whole, Channels);

    /// <summary>A part of the image as networks take it; nothing but the part is converted.</summary>
    /// <param name="view">Which part, and how it is turned.</param>
    /// <returns>
    /// 3×H×W float32 in [0,1], grey repeated: each sample divided by 255 or 65535. H and W are the view's, swapped where it
    /// transposes. Owned by the caller, in no dispose scope.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the image.</exception>
    public torch.Tensor ToRgbTensor(ImageView view) => ToTensor(view, 3);

    /// <summary>A part of the image in its own channels; nothing but the part is converted.</summary>
    /// <param name="view">Which part, and how it is turned.</param>
    /// <returns>As <see cref="ToRgbTensor"/>, but of <see cref="Channels"/> channels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie within the image.</exception>
    public torch.Tensor ToTensor(ImageView view) => ToTensor(view, Channels);

    private torch.Tensor ToTensor(ImageView view, int planes)
    {
        if (view.Top < 0 || view.Left < 0 || view.Height < 1 || view.Width < 1 || view.Height > Height - view.Top || view.Width > Width - view.Left)
            throw new ArgumentOutOfRangeException(nameof(view), view, $"The part must lie within {Width}×{Height} pixels.");
        var (rows, columns) = view.Transpose ? (view.Width, view.Height) : (view.Height, view.Width);
        var result = torch.empty([planes, rows, columns], dtype: torch.float32).DetachFromDisposeScope();
        var target = result.Elements<float>();
        var plane = rows * columns;
        if (BitDepth == 8)
            Fill(Samples.Span, target, view, Unit);
        else
            Fill(MemoryMarshal.Cast<byte, ushort>(Samples.Span), target, view);
        for (var repeat = Channels; repeat < planes; repeat++)
            target[..plane].CopyTo(target[(repeat * plane)..]);
        return result;
    }

    private void Fill(ReadOnlySpan<byte> samples, Span<float> target, ImageView view, float[] unit)
    {
        var walk = new Walk(this, view);
        for (var row = 0; row < walk.Rows; row++)
        {
            var from = walk.Start(row);
            if (Channels == 1)
            {
                var grey = walk.Row(target, 0, row);
                for (var i = 0; i < grey.Length; i++, from += walk.Step)
                    grey[i] = unit[samples[from]];
                continue;
            }

            var red = walk.Row(target, 0, row);
            var green = walk.Row(target, 1, row);
            var blue = walk.Row(target, 2, row);
            for (var i = 0; i < red.Length && i < green.Length && i < blue.Length; i++, from += walk.Step)
            {
                var pixel = samples.Slice(from, 3);
                red[i] = unit[pixel[0]];
                green[i] = unit[pixel[1]];
                blue[i] = unit[pixel[2]];
            }
        }
    }

    private void Fill(ReadOnlySpan<ushort> samples, Span<float> target, ImageView view)
    {
        var walk = new Walk(this, view);
        for (var row = 0; row < walk.Rows; row++)
            for (var channel = 0; channel < Channels; channel++)
            {
                var values = walk.Row(target, channel, row);
                var from = walk.Start(row) + channel;
                for (var i = 0; i < values.Length; i++, from += walk.Step)
                    values[i] = samples[from] / 65535f;
            }
    }

    /// <summary>The way through the samples that gives the rows and columns of a view.</summary>
    private readonly struct Walk
    {
        private readonly int _origin, _rowStep, _columns;

        public Walk(DecodedImage image, ImageView view)
        {
            var (right, down) = (image.Channels, image.Channels * image.Width);
            _origin = (view.FlipVertically ? view.Top + view.Height - 1 : view.Top) * down + (view.FlipHorizontally ? view.Left + view.Width - 1 : view.Left) * right;
            (right, down) = (view.FlipHorizontally ? -right : right, view.FlipVertically ? -down : down);
            (Rows, _columns, _rowStep, Step) = view.Transpose ? (view.Width, view.Height, right, down) : (view.Height, view.Width, down, right);
        }

        public int Rows { get; }

        /// <summary>Samples from a pixel of the result to its right neighbour.</summary>
        public int Step { get; }

        /// <summary>The sample that begins a row of the result.</summary>
        public int Start(int row) => _origin + row * _rowStep;

        /// <summary>A row of one of the result's planes.</summary>
        public Span<float> Row(Span<float> target, int channel, int row) => target.Slice((channel * Rows + row) * _columns, _columns);
    }
}
