namespace IRConStyle.Framework.Imaging;

/// <summary>8-bit RGB pixels to draw on; what lies outside is cut off.</summary>
internal sealed class Picture(int width, int height, byte[]? rgb = null)
{
    public int Width { get; } = width;

    public int Height { get; } = height;

    public byte[] Rgb { get; } = rgb ?? new byte[checked(width * height * 3)];

    public void Fill(int x, int y, int width, int height, (byte R, byte G, byte B) colour)
    {
        var (right, bottom) = (Math.Min(x + width, Width), Math.Min(y + height, Height));
        (x, y) = (Math.Max(x, 0), Math.Max(y, 0));
        for (; y < bottom; y++)
            for (int at = (y * Width + x) * 3, end = (y * Width + right) * 3; at < end; at += 3)
                (Rgb[at], Rgb[at + 1], Rgb[at + 2]) = colour;
    }

    public void Outline(int x, int y, int width, int height, (byte R, byte G, byte B) colour)
    {
        Fill(x, y, width, 1, colour);
        Fill(x, y + height - 1, width, 1, colour);
        Fill(x, y, 1, height, colour);
        Fill(x + width - 1, y, 1, height, colour);
    }

    /// <summary>Copies a picture that fits inside.</summary>
    public void Paste(Picture other, int x, int y)
    {
        for (var row = 0; row < other.Height; row++)
            other.Row(row).CopyTo(Rgb.AsSpan(((y + row) * Width + x) * 3));
    }

    public Picture Crop(int x, int y, int width, int height)
    {
        var crop = new Picture(width, height);
        for (var row = 0; row < height; row++)
            Rgb.AsSpan(((y + row) * Width + x) * 3, width * 3).CopyTo(crop.Row(row));
        return crop;
    }

    /// <summary>Every pixel as a square of so many: what a detail shows are the pixels themselves.</summary>
    public Picture Enlarged(int factor)
    {
        var large = new Picture(Width * factor, Height * factor);
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++)
            {
                var at = (y * Width + x) * 3;
                large.Fill(x * factor, y * factor, factor, factor, (Rgb[at], Rgb[at + 1], Rgb[at + 2]));
            }

        return large;
    }

    /// <summary>The mean of each square of so many pixels.</summary>
    public Picture Shrunk(int factor)
    {
        if (factor == 1)
            return this;
        var small = new Picture((Width + factor - 1) / factor, (Height + factor - 1) / factor);
        for (var y = 0; y < small.Height; y++)
            for (var x = 0; x < small.Width; x++)
                for (var channel = 0; channel < 3; channel++)
                {
                    var (sum, count) = (0, 0);
                    for (var v = y * factor; v < Math.Min((y + 1) * factor, Height); v++)
                        for (var u = x * factor; u < Math.Min((x + 1) * factor, Width); u++, count++)
                            sum += Rgb[(v * Width + u) * 3 + channel];
                    small.Rgb[(y * small.Width + x) * 3 + channel] = (byte)((sum + count / 2) / count);
                }

        return small;
    }

    private Span<byte> Row(int y) => Rgb.AsSpan(y * Width * 3, Width * 3);
}
