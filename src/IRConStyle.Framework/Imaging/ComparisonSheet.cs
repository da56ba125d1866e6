namespace IRConStyle.Framework.Imaging;

/// <summary>One picture on a <see cref="ComparisonSheet"/>.</summary>
/// <param name="Label">Its caption: one short line, shown in capitals; shortened to the panel's width.</param>
/// <param name="Image">The picture.</param>
public sealed record SheetPanel(string Label, RasterImage Image);

/// <summary>What a sheet shows beside its panels.</summary>
/// <param name="Title">A line above all; empty for none.</param>
/// <param name="Compared">The two panels, by index, whose largest difference is enlarged; null for the first and the last.</param>
public sealed record SheetFormat(string Title = "", (int One, int Other)? Compared = null);

/// <summary>
/// A sheet for the eye: the pictures side by side with captions, and below each the square region in which two of them,
/// the first and the last unless told otherwise, differ most, enlarged threefold. A frame in the pictures shows where it lies.
/// </summary>
public static class ComparisonSheet
{
    private const int Margin = 16, Gap = 17, Line = 1, CaptionHeight = 26, TextScale = 2;
    private const int LargestPanel = 800, CropSide = 96, Zoom = 3;

    /// <summary>Draws a sheet of two pictures.</summary>
    /// <param name="degraded">The input.</param>
    /// <param name="restored">The result, of the same size.</param>
    /// <returns>An 8-bit RGB image.</returns>
    public static RasterImage Draw(RasterImage degraded, RasterImage restored)
        => Draw([new SheetPanel("Degraded", degraded), new SheetPanel("Restored", restored)]);

    /// <summary>Draws a sheet.</summary>
    /// <param name="panels">At least one; all of one size. Pictures wider or higher than 800 pixels are shown smaller, details never are.</param>
    /// <param name="format">Title and detail; null for neither.</param>
    /// <returns>An 8-bit RGB image; alpha is not shown.</returns>
    /// <exception cref="ArgumentException">There is no panel, or the sizes differ.</exception>
    public static RasterImage Draw(IReadOnlyList<SheetPanel> panels, SheetFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(panels);
        format ??= new SheetFormat();
        if (panels.Count == 0)
            throw new ArgumentException("A sheet needs at least one panel.", nameof(panels));
        var (width, height) = (panels[0].Image.Width, panels[0].Image.Height);
        if (panels.Any(panel => panel.Image.Width != width || panel.Image.Height != height))
            throw new ArgumentException($"All panels must be {width}×{height} pixels like the first.", nameof(panels));

        var pictures = panels.Select(panel => new Picture(width, height, panel.Image.RgbBytes())).ToArray();
        var shrink = Math.Max(1, (Math.Max(width, height) + LargestPanel - 1) / LargestPanel);
        var (shownWidth, shownHeight) = ((width + shrink - 1) / shrink, (height + shrink - 1) / shrink);
        var (cropWidth, cropHeight) = (Math.Min(CropSide, width), Math.Min(CropSide, height));
        var (one, other) = format.Compared ?? (0, panels.Count - 1);
        var (left, top) = Detail.MostDifferent(pictures[one], pictures[other], cropWidth, cropHeight);

        var column = Math.Max(shownWidth, cropWidth * Zoom);
        var head = Margin + (format.Title.Length > 0 ? CaptionHeight : 0);
        var sheet = new Picture(
            2 * Margin + panels.Count * column + (panels.Count - 1) * Gap,
            head + 2 * CaptionHeight + shownHeight + Margin + cropHeight * Zoom + Margin);
        sheet.Fill(0, 0, sheet.Width, sheet.Height, SheetInk.Background);
        if (format.Title.Length > 0)
            Caption(sheet, format.Title, Margin, Margin, sheet.Width - 2 * Margin);
        for (var i = 0; i < panels.Count; i++)
        {
            var x = Margin + i * (column + Gap);
            if (i > 0)
                sheet.Fill(x - Gap / 2 - Line, head, Line, sheet.Height - head - Margin, SheetInk.Rule);

            var y = head;
            Caption(sheet, panels[i].Label, x, y, column);
            y += CaptionHeight;
            var pictureLeft = x + (column - shownWidth) / 2;
            sheet.Paste(pictures[i].Shrunk(shrink), pictureLeft, y);
            if (cropWidth < width || cropHeight < height)
                sheet.Outline(pictureLeft + left / shrink, y + top / shrink, cropWidth / shrink, cropHeight / shrink, SheetInk.Frame);

            y += shownHeight + Margin;
            Caption(sheet, $"Detail {Zoom}x", x, y, column);
            y += CaptionHeight;
            sheet.Paste(pictures[i].Crop(left, top, cropWidth, cropHeight).Enlarged(Zoom), x + (column - cropWidth * Zoom) / 2, y);
        }

        return new RasterImage(sheet.Width, sheet.Height, 3, 8, sheet.Rgb);
    }

    /// <summary>Puts sheets below each other.</summary>
    /// <param name="sheets">At least one sheet, as <see cref="Draw(IReadOnlyList{SheetPanel}, SheetFormat)"/> makes them.</param>
    /// <returns>An 8-bit RGB image, as wide as the widest sheet.</returns>
    /// <exception cref="ArgumentException">There is no sheet.</exception>
    public static RasterImage Stack(IReadOnlyList<RasterImage> sheets)
    {
        ArgumentNullException.ThrowIfNull(sheets);
        if (sheets.Count == 0)
            throw new ArgumentException("A stack needs at least one sheet.", nameof(sheets));
        var stack = new Picture(sheets.Max(sheet => sheet.Width), sheets.Sum(sheet => sheet.Height));
        stack.Fill(0, 0, stack.Width, stack.Height, SheetInk.Background);
        var y = 0;
        foreach (var sheet in sheets)
        {
            stack.Paste(new Picture(sheet.Width, sheet.Height, sheet.RgbBytes()), 0, y);
            y += sheet.Height;
        }

        return new RasterImage(stack.Width, stack.Height, 3, 8, stack.Rgb);
    }

    private static void Caption(Picture sheet, string label, int x, int y, int width)
    {
        var text = label;
        while (text.Length > 1 && PixelFont.Width(text, TextScale) > width)
            text = text[..^1];
        SheetInk.Write(sheet, text, x + (width - PixelFont.Width(text, TextScale)) / 2, y + 2, TextScale);
    }
}
