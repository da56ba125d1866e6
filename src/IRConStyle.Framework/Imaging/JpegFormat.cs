using System.Buffers.Binary;
using IRConStyle.Abstractions;
using SkiaSharp;

namespace IRConStyle.Framework.Imaging;

/// <summary>JPEG through Skia's libjpeg-turbo; the ICC profile travels in APP2 segments (ICC.1:2022, annex B.4).</summary>
internal sealed class JpegFormat : IImageFormat
{
    private const byte StartOfScan = 0xDA, App0 = 0xE0, App2 = 0xE2;
    private const int LargestSide = 65500, ChunkSize = 65519;

    public string Name => "JPEG";

    public IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg"];

    public bool CanWrite => true;

    private static ReadOnlySpan<byte> ProfileMark => "ICC_PROFILE\0"u8;

    public bool Recognises(ReadOnlySpan<byte> content) => content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    public RasterImage Decode(ImageSource source)
    {
        var (image, orientation) = SkiaPixels.Decode(source, _ => ReadProfile(source.Content));
        return Orientation.Apply(image, orientation);
    }

    public (int Width, int Height) ReadSize(ImageSource source, Stream stream) => SkiaPixels.ReadSize(source, stream);

    public void Encode(Stream output, string path, RasterImage image, int quality, bool lossless)
    {
        if (Math.Max(image.Width, image.Height) > LargestSide)
            throw new IRConStyleException($"{path} cannot be written: JPEG holds at most {LargestSide} pixels a side, the image has {image.Width}×{image.Height}.", "Write PNG or TIFF instead.");
        // Restored detail would be lost again if colour were stored at half the resolution.
        var options = new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore);
        var content = SkiaPixels.Encode(path, image, grey: true, withAlpha: false, pixmap => pixmap.Encode(options));
        output.Write(IccProfile.For(image, image.Channels) is { } profile ? InsertProfile(content, profile) : content);
    }

    private static byte[]? ReadProfile(byte[] content)
    {
        var parts = new SortedDictionary<byte, ArraySegment<byte>>();
        foreach (var (marker, data) in Segments(content))
            if (marker == App2 && data.AsSpan().StartsWith(ProfileMark) && data.Count > ProfileMark.Length + 2)
                parts[data[ProfileMark.Length]] = data[(ProfileMark.Length + 2)..];
        return parts.Count == 0 ? null : [.. parts.Values.SelectMany(part => part)];
    }

    private static byte[] InsertProfile(byte[] content, byte[] profile)
    {
        var first = Segments(content).First();
        var position = first.Marker == App0 ? first.Data.Offset + first.Data.Count : 2;
        using var result = new MemoryStream(content.Length + profile.Length + 1024);
        result.Write(content.AsSpan(0, position));
        var count = (profile.Length + ChunkSize - 1) / ChunkSize;
        if (count > byte.MaxValue)
            return content;
        Span<byte> head = [0xFF, App2, 0, 0];
        for (var number = 0; number < count; number++)
        {
            var part = profile.AsSpan(number * ChunkSize, Math.Min(ChunkSize, profile.Length - number * ChunkSize));
            BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(part.Length + ProfileMark.Length + 4));
            result.Write(head);
            result.Write(ProfileMark);
            result.Write([(byte)(number + 1), (byte)count]);
            result.Write(part);
        }

        result.Write(content.AsSpan(position));
        return result.ToArray();
    }

    private static IEnumerable<(byte Marker, ArraySegment<byte> Data)> Segments(byte[] content)
    {
        for (var position = 2; position + 4 <= content.Length && content[position] == 0xFF;)
        {
            var marker = content[position + 1];
            if (marker == StartOfScan)
                yield break;
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            var length = content[position + 2] << 8 | content[position + 3];
            if (length < 2 || position + 2 + length > content.Length)
                yield break;
            yield return (marker, new ArraySegment<byte>(content, position + 4, length - 2));
            position += 2 + length;
        }
    }
}
