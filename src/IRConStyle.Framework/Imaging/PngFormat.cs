using System.Buffers.Binary;

namespace IRConStyle.Framework.Imaging;

/// <summary>
/// PNG (W3C Portable Network Graphics, third edition) in managed code: Skia reduces 16 bits to fewer, repaints in other
/// colour spaces and writes ICC profiles of its own, and here every sample has to survive.
/// </summary>
internal sealed class PngFormat : IImageFormat
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public string Name => "PNG";

    public IReadOnlyList<string> Extensions { get; } = [".png"];

    public bool CanWrite => true;

    public bool Recognises(ReadOnlySpan<byte> content) => content.StartsWith(Signature);

    public RasterImage Decode(ImageSource source) => new PngReader(source).Read();

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream) => PngHeader.ReadSize(source, stream);

    public void Encode(ImageTarget target, RasterImage image)
    {
        var output = target.Output;
        output.Write(Signature);
        var colour = (image.Channels == 3 ? 2 : 0) + (image.Alpha is null ? 0 : 4);
        Span<byte> header = [0, 0, 0, 0, 0, 0, 0, 0, (byte)image.BitDepth, (byte)colour, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        PngChunks.Write(output, "IHDR"u8, header);
        PngMetadata.Write(output, image.Metadata.Fitting(image.Channels));

        // Compressed pixels leave as they come: a large image's need not lie in memory beside it.
        using (var pixels = new PngChunks(output, "IDAT"u8))
            new PngPixels(image, target.PngLevel, target.Threads).WriteTo(pixels);
        PngChunks.Write(output, "IEND"u8, []);
    }
}
