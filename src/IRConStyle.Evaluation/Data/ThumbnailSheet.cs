using IRConStyle.Framework.Imaging;

namespace IRConStyle.Evaluation.Data;

/// <summary>One entry of a <see cref="ThumbnailSheet"/>.</summary>
/// <param name="Name">Its name; shortened at the beginning, since the end tells names apart.</param>
/// <param name="Detail">A second, shorter line.</param>
/// <param name="Images">One image, or several that belong together, shown side by side.</param>
public sealed record Thumbnail(string Name, string Detail, IReadOnlyList<RasterImage> Images);

/// <summary>A contact sheet: many images, small, in rows, with captions.</summary>
public static class ThumbnailSheet
{
    private const int Side = 208, Columns = 6, Margin = 16, Gap = 14, Seam = 2;
    private const int TitleScale = 3, TitleHeight = 40, LineHeight = 18, CaptionHeight = 2 * LineHeight + 4, LargestScale = 2;
    private const string Cut = "..";

    /// <summary>Draws a sheet.</summary>
    /// <param name="title">Its heading, one short line.</param>
    /// <param name="entries">At least one; each of at least one image, of whatever size.</param>
    /// <returns>An 8-bit RGB image; alpha is not shown.</returns>
    /// <exception cref="ArgumentException">There is no entry, or one without image.</exception>
    public static RasterImage Draw(string title, IReadOnlyList<Thumbnail> entries)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0 || entries.Any(entry => entry.Images.Count == 0))
            throw new ArgumentException("A sheet needs at least one entry, and each entry an image.", nameof(entries));

        var wide = entries.Max(entry => entry.Images.Count);
        var columns = Math.Max(1, Columns / wide);
        var cell = wide * Side + (wide - 1) * Seam;
        var rows = entries.Select(entry => (Entry: entry, Pictures: Pictures(entry))).Chunk(columns).ToArray();
        var heights = rows.Select(row => row.Max(cells => cells.Pictures.Max(picture => picture.Height))).ToArray();
        var sheet = new Picture(
            2 * Margin + columns * cell + (columns - 1) * Gap,
            2 * Margin + TitleHeight + heights.Sum(height => height + CaptionHeight + Gap) - Gap);
        sheet.Fill(0, 0, sheet.Width, sheet.Height, SheetInk.Background);
        Write(sheet, title, Margin, Margin, sheet.Width - 2 * Margin, TitleScale);

        var y = Margin + TitleHeight;
        foreach (var (row, height) in rows.Zip(heights))
        {
            for (var column = 0; column < row.Length; column++)
            {
                var (entry, pictures) = row[column];
                var x = Margin + column * (cell + Gap);
                var left = x;
                foreach (var picture in pictures)
                {
                    sheet.Paste(picture, left, y);
                    left += picture.Width + Seam;
                }

                Write(sheet, entry.Name, x, y + height + 6, cell, LargestScale);
                Write(sheet, entry.Detail, x, y + height + 6 + LineHeight, cell, LargestScale);
            }

            y += height + CaptionHeight + Gap;
        }

        return new RasterImage(sheet.Width, sheet.Height, 3, 8, sheet.Rgb);
    }

    private static Picture[] Pictures(Thumbnail entry)
        => [.. entry.Images.Select(image => new Picture(image.Width, image.Height, image.RgbBytes()).Fitted(Side))];

    /// <summary>Writes a line as large as it fits, and its end where it never does.</summary>
    private static void Write(Picture sheet, string text, int x, int y, int width, int scale)
    {
        while (scale > 1 && PixelFont.Width(text, scale) > width)
            scale--;
        if (PixelFont.Width(text, scale) > width)
        {
            while (text.Length > 1 && PixelFont.Width(Cut + text, scale) > width)
                text = text[1..];
            text = Cut + text;
        }

        SheetInk.Write(sheet, text, x, y, scale);
    }
}
