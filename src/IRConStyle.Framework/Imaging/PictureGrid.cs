namespace IRConStyle.Framework.Imaging;

/// <summary>Pictures on a <see cref="PictureGrid"/> that belong together.</summary>
/// <param name="Label">What stands above them, shown in capitals.</param>
/// <param name="Images">Pictures from left to right.</param>
public sealed record PictureGroup(string Label, IReadOnlyList<RasterImage> Images);

/// <summary>A sheet of many pictures: groups with captions, from left to right and from top to bottom.</summary>
public static class PictureGrid
{
    private const int Margin = 16, Gap = 6, GroupGap = 22, CaptionHeight = 24, TextScale = 2;

    private static readonly (byte R, byte G, byte B) Background = (38, 40, 43), Text = (226, 228, 231);

    /// <summary>Draws a sheet.</summary>
    /// <param name="groups">At least one group with at least one picture.</param>
    /// <param name="columns">How many groups stand side by side, at least 1.</param>
    /// <returns>An 8-bit RGB image; alpha is not shown.</returns>
    /// <exception cref="ArgumentException">There is no picture.</exception>
    public static RasterImage Draw(IReadOnlyList<PictureGroup> groups, int columns)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (!groups.Any(group => group.Images.Count > 0))
            throw new ArgumentException("A sheet needs at least one picture.", nameof(groups));
        columns = Math.Min(columns, groups.Count);
        var rows = groups.Chunk(columns).ToList();
        var width = groups.Max(WidthOf);
        var sheet = new Picture(
            2 * Margin + columns * width + (columns - 1) * GroupGap,
            2 * Margin + rows.Sum(HeightOf) + (rows.Count - 1) * GroupGap);
        sheet.Fill(0, 0, sheet.Width, sheet.Height, Background);
        var y = Margin;
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
                Draw(sheet, row[i], Margin + i * (width + GroupGap), y);
            y += HeightOf(row) + GroupGap;
        }

        return new RasterImage(sheet.Width, sheet.Height, 3, 8, sheet.Rgb);
    }

    private static void Draw(Picture sheet, PictureGroup group, int x, int y)
    {
        PixelFont.Draw(group.Label, x, y + 2, TextScale, (dotX, dotY, dotWidth, dotHeight) => sheet.Fill(dotX, dotY, dotWidth, dotHeight, Text));
        foreach (var image in group.Images)
        {
            sheet.Paste(new Picture(image.Width, image.Height, image.RgbBytes()), x, y + CaptionHeight);
            x += image.Width + Gap;
        }
    }

    private static int WidthOf(PictureGroup group)
        => Math.Max(PixelFont.Width(group.Label, TextScale), group.Images.Sum(image => image.Width) + Math.Max(0, group.Images.Count - 1) * Gap);

    private static int HeightOf(PictureGroup[] row)
        => CaptionHeight + row.SelectMany(group => group.Images).Select(image => image.Height).DefaultIfEmpty(0).Max();
}
