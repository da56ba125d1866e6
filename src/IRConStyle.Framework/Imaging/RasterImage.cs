using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>An upright image in memory: the sample values of a file, untouched by colour management.</summary>
public sealed partial class RasterImage
{
    /// <summary>Creates an image over the given samples, or a black one.</summary>
    /// <param name="width">Pixels per row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 for grey or 3 for RGB.</param>
    /// <param name="bitDepth">8 or 16 bits per sample.</param>
    /// <param name="samples">See <see cref="Samples"/>; taken over, not copied; null for zeros.</param>
    /// <param name="alpha">See <see cref="Alpha"/>; taken over, not copied; null for an opaque image.</param>
    /// <exception cref="ArgumentException">A value is out of range or a buffer does not fit the size.</exception>
    public RasterImage(int width, int height, int channels, int bitDepth = 8, byte[]? samples = null, byte[]? alpha = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 (grey) or 3 (RGB) channels.");
        if (bitDepth is not (8 or 16))
            throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "A sample has 8 or 16 bits.");

        (Width, Height, Channels, BitDepth) = (width, height, channels, bitDepth);
        var plane = checked(width * height * (bitDepth / 8));
        Samples = samples ?? new byte[checked(plane * channels)];
        Alpha = alpha;
        if (Samples.Length != checked(plane * channels))
            throw new ArgumentException($"{Samples.Length} bytes do not make {width}×{height}×{channels} samples of {bitDepth} bits.", nameof(samples));
        if (alpha is not null && alpha.Length != plane)
            throw new ArgumentException($"{alpha.Length} bytes do not make {width}×{height} alpha values of {bitDepth} bits.", nameof(alpha));
    }

    /// <summary>Creates an image of other samples that is otherwise like another.</summary>
    internal RasterImage(RasterImage like, int width, int height, int bitDepth, byte[] samples, byte[]? alpha)
        : this(width, height, like.Channels, bitDepth, samples, alpha)
        => (Metadata, SourceFormat, Notes) = (like.Metadata, like.SourceFormat, like.Notes);

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>1 for grey, 3 for RGB; alpha is not counted.</summary>
    public int Channels { get; }

    /// <summary>Bits per sample: 8 or 16.</summary>
    public int BitDepth { get; }

    /// <summary>The largest sample value: 255 or 65535.</summary>
    public int MaxValue => (1 << BitDepth) - 1;

    /// <summary>Height × width × channels samples, row by row from the top; at 16 bits two bytes each in the machine's byte order.</summary>
    public byte[] Samples { get; }

    /// <summary>Height × width opacities in the layout of <see cref="Samples"/>, colour not multiplied by them; null when opaque.</summary>
    public byte[]? Alpha { get; }

    /// <summary>The samples of a 16-bit image as numbers.</summary>
    public Span<ushort> Words => BitDepth == 16
        ? MemoryMarshal.Cast<byte, ushort>(Samples.AsSpan())
        : throw new InvalidOperationException("An 8-bit image has no 16-bit samples.");

    /// <summary>What the file says beside its pixels.</summary>
    public ImageMetadata Metadata { get; init; } = ImageMetadata.None;

    /// <summary>The ICC profile of the samples as the file holds it, a part of <see cref="Metadata"/>; null when it has none.</summary>
    public byte[]? IccProfile
    {
        get => Metadata.IccProfile;
        init => Metadata = Metadata with { IccProfile = value };
    }

    /// <summary>
    /// What is to be known of how the image was read, each the end of a sentence that begins with the file:
    /// <c>first of 4 pages</c>; empty when the image is all that the file holds.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The format the image was read from, for example <c>PNG</c>; null when it was made in memory.</summary>
    public string? SourceFormat { get; init; }

    /// <summary>The image with 8 bits per sample: itself, or 16-bit values divided by 257 and rounded.</summary>
    internal RasterImage To8Bits() => BitDepth == 8 ? this : new RasterImage(
        this, Width, Height, 8, To8Bits(Samples), Alpha is null ? null : To8Bits(Alpha));

    /// <summary>The colour as 8-bit RGB samples, grey repeated; the image's own buffer where that is what it holds.</summary>
    internal byte[] RgbBytes()
    {
        var samples = BitDepth == 8 ? Samples : To8Bits(Samples);
        if (Channels == 3)
            return samples;
        var rgb = new byte[checked(samples.Length * 3)];
        for (int from = 0, to = 0; from < samples.Length; from++, to += 3)
            rgb[to] = rgb[to + 1] = rgb[to + 2] = samples[from];
        return rgb;
    }

    private static byte[] To8Bits(byte[] samples)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(samples);
        var bytes = new byte[words.Length];
        for (var i = 0; i < words.Length; i++)
            bytes[i] = (byte)((words[i] + 128u) / 257u);
        return bytes;
    }
}
