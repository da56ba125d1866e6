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

    /// <summary>The picture in a square: a larger one is averaged down, one of at most half the side enlarged by a whole factor.</summary>
    public Picture Fitted(int side)
    {
        var longer = Math.Max(Width, Height);
        if (longer <= side)
            return longer * 2 <= side ? Enlarged(side / longer) : this;
        var small = new Picture(Math.Max(1, Width * side / longer), Math.Max(1, Height * side / longer));
        for (var y = 0; y < small.Height; y++)
            for (var x = 0; x < small.Width; x++)
                small.Average(x, y, this);
        return small;
    }

    /// <summary>Gives a pixel the mean of those of a larger picture that it covers.</summary>
    private void Average(int x, int y, Picture large)
    {
        var (left, right) = (x * large.Width / Width, Math.Max((x + 1) * large.Width / Width, x * large.Width / Width + 1));
        var (top, bottom) = (y * large.Height / Height, Math.Max((y + 1) * large.Height / Height, y * large.Height / Height + 1));
        var (red, green, blue) = (0, 0, 0);
        for (var v = top; v < bottom; v++)
            for (int at = (v * large.Width + left) * 3, end = (v * large.Width + right) * 3; at < end; at += 3)
                (red, green, blue) = (red + large.Rgb[at], green + large.Rgb[at + 1], blue + large.Rgb[at + 2]);
        var count = (right - left) * (bottom - top);
        var to = (y * Width + x) * 3;
        (Rgb[to], Rgb[to + 1], Rgb[to + 2]) = ((byte)((red + count / 2) / count), (byte)((green + count / 2) / count), (byte)((blue + count / 2) / count));
    }

    private Span<byte> Row(int y) => Rgb.AsSpan(y * Width * 3, Width * 3);
}
