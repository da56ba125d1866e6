using IRConStyle.Framework.Imaging;
using ScottPlot.Colormaps;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>Where two pictures differ, as a picture: black where they agree, through red to yellow, evenly to the eye.</summary>
internal static class DifferenceMap
{
    private const int LargestGain = 32;
    private const double Shown = 0.99;

    private static readonly (byte R, byte G, byte B)[] Colours
        = [.. Enumerable.Range(0, 256).Select(value => new Inferno().GetColor(value / 255.0)).Select(colour => (colour.R, colour.G, colour.B))];

    /// <summary>Draws the difference of each pixel, the mean over its channels, times a gain.</summary>
    /// <param name="one">An image.</param>
    /// <param name="other">One of the same size.</param>
    /// <param name="gain">At least 1; differences of 255 divided by it and above are shown alike.</param>
    /// <returns>8-bit RGB.</returns>
    public static RasterImage Draw(RasterImage one, RasterImage other, int gain)
    {
        var map = new RasterImage(one.Width, one.Height, 3);
        var differences = Differences(one, other);
        for (var i = 0; i < differences.Length; i++)
            (map.Samples[3 * i], map.Samples[3 * i + 1], map.Samples[3 * i + 2]) = Colours[Math.Min(differences[i] * gain / 3, 255)];
        return map;
    }

    /// <summary>The largest power of two, at most 32, with which 99 % of the pixels stay below the brightest colour.</summary>
    public static int GainFor(RasterImage one, RasterImage other)
    {
        var differences = Differences(one, other);
        Array.Sort(differences);
        var large = differences[(int)(Shown * (differences.Length - 1))];
        var gain = LargestGain;
        while (gain > 1 && large * gain > 3 * 255)
            gain /= 2;
        return gain;
    }

    /// <summary>The sum over three channels, 0 to 765.</summary>
    private static int[] Differences(RasterImage one, RasterImage other)
    {
        var (left, right) = (one.RgbBytes(), other.RgbBytes());
        var differences = new int[one.Width * one.Height];
        for (var i = 0; i < left.Length; i++)
            differences[i / 3] += Math.Abs(left[i] - right[i]);
        return differences;
    }
}
