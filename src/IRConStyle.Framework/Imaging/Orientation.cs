using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Imaging;

/// <summary>The eight orientations of EXIF and TIFF (tag 274): how stored rows and columns map to the upright image.</summary>
internal static class Orientation
{
    /// <summary>The stored rows and columns are the upright ones.</summary>
    public const int Upright = 1;

    /// <summary>Turns a stored image upright, and its metadata with it.</summary>
    /// <param name="image">The image as stored.</param>
    /// <param name="orientation">1 to 8; anything else counts as upright, as viewers have it.</param>
    public static RasterImage Apply(RasterImage image, int orientation)
    {
        var isTurned = orientation is > Upright and <= 8;
        var (width, height) = isTurned ? SizeOf(image.Width, image.Height, orientation) : (image.Width, image.Height);
        byte[]? Turned(byte[]? samples, int channels)
            => samples is null || !isTurned ? samples : Turn(samples, image.Width, image.Height, channels * image.BitDepth / 8, orientation);
        return new RasterImage(image, width, height, image.BitDepth, Turned(image.Samples, image.Channels)!, Turned(image.Alpha, 1))
        {
            Metadata = image.Metadata.Upright(orientation, width, height),
        };
    }

    /// <summary>The size of the upright image.</summary>
    /// <param name="width">The stored width.</param>
    /// <param name="height">The stored height.</param>
    /// <param name="orientation">See <see cref="Apply"/>.</param>
    public static (int Width, int Height) SizeOf(int width, int height, int orientation)
        => orientation is >= 5 and <= 8 ? (height, width) : (width, height);

    private static byte[] Turn(byte[] source, int width, int height, int pixelBytes, int orientation) => pixelBytes switch
    {
        1 => Turn<byte>(source, width, height, orientation),
        2 => Turn<ushort>(source, width, height, orientation),
        3 => Turn<Rgb8>(source, width, height, orientation),
        _ => Turn<Rgb16>(source, width, height, orientation),
    };

    private static byte[] Turn<T>(byte[] source, int width, int height, int orientation)
        where T : unmanaged
    {
        // Where the upright image's first pixel lies, and the way to its right and lower neighbours.
        var (origin, right, down) = orientation switch
        {
            2 => (width - 1, -1, width),
            3 => (width * height - 1, -1, -width),
            4 => (width * (height - 1), 1, -width),
            5 => (0, width, 1),
            6 => (width * (height - 1), -width, 1),
            7 => (width * height - 1, -width, -1),
            _ => (width - 1, width, -1),
        };
        var target = new byte[source.Length];
        var from = MemoryMarshal.Cast<byte, T>(source.AsSpan());
        var to = MemoryMarshal.Cast<byte, T>(target.AsSpan());
        var rowLength = orientation >= 5 ? height : width;
        for (int start = origin, i = 0; i < to.Length; start += down)
            for (int x = 0, at = start; x < rowLength; x++, at += right)
                to[i++] = from[at];
        return target;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct Rgb8
    {
        private readonly byte _r, _g, _b;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly struct Rgb16
    {
        private readonly ushort _r, _g, _b;
    }
}
