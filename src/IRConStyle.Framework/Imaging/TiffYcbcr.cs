using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>YCbCr without JPEG compression (TIFF 6.0, section 21), its colour often stored at half the resolution.</summary>
internal sealed class TiffYcbcr(ImageSource source, TiffFile file, TiffLayout layout)
{
    /// <summary>Reads a page whose colour is stored more coarsely than its luma.</summary>
    public RasterImage Read(ImageMetadata metadata)
    {
        var (across, down) = layout.Unit;
        var image = TiffReader.Create(source, layout, metadata, channels: 3, depth: 8, hasAlpha: false);
        // The library is shown rows of bytes and nothing of what they mean: it would count them wrongly.
        return TiffBlocks.Read(source, file, layout.AsBytes(), blocks =>
        {
            var unit = across * down + 2;
            var unitsPerBlock = (layout.BlockWidth + across - 1) / across;
            blocks.ForEachRow(0, (row, byteX, unitRow, _) =>
            {
                var (left, top) = Place(byteX / unit / unitsPerBlock, unitRow, down);
                for (var at = 0; at < unitsPerBlock; at++)
                    Spread(image, row.Slice(at * unit, unit), left + at * across, top, across, down);
            });
            Convert(image.Samples, file.Page);
            return image;
        });
    }

    /// <summary>Turns 8-bit YCbCr into RGB in place, by the file's coefficients and ranges or their usual values.</summary>
    public static void Convert(Span<byte> samples, TiffDirectory page)
    {
        var (red, green, blue) = page.Reals(TiffTag.YCBCRCOEFFICIENTS, 3) is [> 0 and var r, > 0 and var g, > 0 and var b] ? (r, g, b) : (0.299, 0.587, 0.114);
        double[] range = page.Reals(TiffTag.REFERENCEBLACKWHITE, 6) is { Length: 6 } given && given[1] > given[0] && given[3] > given[2] && given[5] > given[4]
            ? given
            : [0, 255, 128, 255, 128, 255];
        for (var i = 0; i + 2 < samples.Length; i += 3)
        {
            var luma = (samples[i] - range[0]) * 255 / (range[1] - range[0]);
            var towardsBlue = (samples[i + 1] - range[2]) * 127 / (range[3] - range[2]);
            var towardsRed = (samples[i + 2] - range[4]) * 127 / (range[5] - range[4]);
            var (redValue, blueValue) = (luma + towardsRed * (2 - 2 * red), luma + towardsBlue * (2 - 2 * blue));
            (samples[i], samples[i + 1], samples[i + 2]) = (Byte(redValue), Byte((luma - blue * blueValue - red * redValue) / green), Byte(blueValue));
        }
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), byte.MinValue, byte.MaxValue);

    private (int Left, int Top) Place(int block, int unitRow, int down)
    {
        // Each strip or tile begins a unit of its own, whatever the last one of the block before it had to spare.
        var unitRows = (layout.BlockHeight + down - 1) / down;
        return (block * layout.BlockWidth, unitRow / unitRows * layout.BlockHeight + unitRow % unitRows * down);
    }

    private void Spread(RasterImage image, ReadOnlySpan<byte> unit, int left, int top, int across, int down)
    {
        var blockEnd = (top / layout.BlockHeight + 1) * layout.BlockHeight;
        for (var v = 0; v < down && top + v < Math.Min(layout.Height, blockEnd); v++)
            for (var u = 0; u < across && left + u < layout.Width; u++)
            {
                var pixel = image.Samples.AsSpan(((top + v) * layout.Width + left + u) * 3, 3);
                (pixel[0], pixel[1], pixel[2]) = (unit[v * across + u], unit[^2], unit[^1]);
            }
    }
}
