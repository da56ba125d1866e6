using BitMiracle.LibTiff.Classic;

namespace IRConStyle.Framework.Imaging;

/// <summary>CIE L*a*b* (TIFF 6.0, section 23, and as ICC profiles store it) to sRGB.</summary>
internal sealed class TiffLab
{
    private static readonly (double X, double Y) D50 = (0.3457, 0.3585), D65 = (0.3127, 0.329);

    // Bradford's cone responses, and IEC 61966-2-1.
    private static readonly double[] Cones = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
    private static readonly double[] FromCones = [0.9869929, -0.1470543, 0.1599627, 0.4323053, 0.5183603, 0.0492912, -0.0085287, 0.0400428, 0.9684867];
    private static readonly double[] ToRgb = [3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560, 0.0556434, -0.2040259, 1.0572252];

    private readonly double[] _white, _toRgb;
    private readonly bool _isIcc;

    private TiffLab(TiffDirectory page, bool isIcc)
    {
        _isIcc = isIcc;
        _white = Xyz(page.Reals(TiffTag.WHITEPOINT, 2) is [> 0 and var x, > 0 and var y] ? (x, y) : D50);
        // From the file's white to that of sRGB, through the eye's cones.
        var (from, to) = (Times(Cones, _white), Times(Cones, Xyz(D65)));
        double[] scaled = [.. Cones.Select((value, i) => value * to[i / 3] / from[i / 3])];
        _toRgb = Product(ToRgb, Product(FromCones, scaled));
    }

    /// <summary>Converts an image's samples in place; their range stays.</summary>
    public static void Convert(RasterImage image, TiffDirectory page, bool isIcc)
    {
        var lab = new TiffLab(page, isIcc);
        if (image.BitDepth == 8)
            lab.Convert(image.Samples);
        else
            lab.Convert(image.Words);
    }

    private void Convert(Span<byte> samples)
    {
        for (var i = 0; i + 2 < samples.Length; i += 3)
        {
            var (a, b) = _isIcc ? (samples[i + 1] - 128, samples[i + 2] - 128) : ((sbyte)samples[i + 1], (sbyte)samples[i + 2]);
            var rgb = ToLight(samples[i] / 2.55, a, b);
            for (var channel = 0; channel < 3; channel++)
                samples[i + channel] = (byte)Math.Round(Curve(rgb[channel]) * byte.MaxValue);
        }
    }

    private void Convert(Span<ushort> samples)
    {
        const double IccLargest = 0xFF00;
        for (var i = 0; i + 2 < samples.Length; i += 3)
        {
            var (a, b) = _isIcc ? (samples[i + 1] / 256.0 - 128, samples[i + 2] / 256.0 - 128) : ((short)samples[i + 1] / 256.0, (short)samples[i + 2] / 256.0);
            var rgb = ToLight(samples[i] * 100 / (_isIcc ? IccLargest : ushort.MaxValue), a, b);
            for (var channel = 0; channel < 3; channel++)
                samples[i + channel] = (ushort)Math.Round(Curve(rgb[channel]) * ushort.MaxValue);
        }
    }

    private double[] ToLight(double lightness, double a, double b)
    {
        var y = (lightness + 16) / 116;
        return Times(_toRgb, [_white[0] * Cube(y + a / 500), _white[1] * Cube(y), _white[2] * Cube(y - b / 200)]);
    }

    private static double Cube(double value) => value > 6.0 / 29 ? value * value * value : (value - 4.0 / 29) * 3 * (6.0 / 29) * (6.0 / 29);

    private static double Curve(double light)
        => Math.Clamp(light <= 0.0031308 ? 12.92 * light : 1.055 * Math.Pow(light, 1 / 2.4) - 0.055, 0, 1);

    private static double[] Xyz((double X, double Y) white) => [white.X / white.Y, 1, (1 - white.X - white.Y) / white.Y];

    private static double[] Times(double[] matrix, double[] vector)
        => [.. Enumerable.Range(0, 3).Select(row => matrix[3 * row] * vector[0] + matrix[3 * row + 1] * vector[1] + matrix[3 * row + 2] * vector[2])];

    private static double[] Product(double[] left, double[] right)
        => [.. Enumerable.Range(0, 9).Select(i => Enumerable.Range(0, 3).Sum(k => left[i / 3 * 3 + k] * right[3 * k + i % 3]))];
}
