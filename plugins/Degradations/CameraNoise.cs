using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="CameraNoise"/>. Values are those of an image in [0,1].</summary>
public sealed class CameraNoiseOptions
{
    /// <summary>The least shot noise: the variance per unit of light, drawn evenly in its logarithm; default 0.0001, a low ISO.</summary>
    [Range(1e-7, 1.0)]
    [AtMost(nameof(ShotMax))]
    public double ShotMin { get; set; } = 0.0001;

    /// <summary>The most shot noise; default 0.012, a high ISO.</summary>
    [Range(1e-7, 1.0)]
    public double ShotMax { get; set; } = 0.012;

    /// <summary>
    /// The standard deviation of the signal-independent read noise; null (the default) draws it to fit the shot noise, as
    /// Brooks et al. measured on real cameras.
    /// </summary>
    [Range(0.0, 1.0)]
    public double? ReadSigma { get; set; }

    /// <summary>
    /// Whether the noise is added to light, with sRGB's curve undone and applied again, as a camera does; default true. False adds
    /// it to the values themselves, unclipped.
    /// </summary>
    public bool InLinearLight { get; set; } = true;
}

/// <summary>
/// The noise of a camera's sensor: photons arrive by Poisson's law, and reading them out adds Gaussian noise (Foi,
/// Trimeche, Katkovnik and Egiazarian, "Practical Poissonian-Gaussian Noise Modeling and Fitting for Single-Image
/// Raw-Data", IEEE TIP 2008): of light y the sensor sees a·P(y/a) + b·n, with variance a·y + b². Ranges and the relation of
/// read to shot noise are those of Brooks et al., "Unprocessing Images for Learned Raw Denoising" (CVPR 2019).
/// </summary>
/// <param name="options">How strong both are.</param>
public sealed class CameraNoise(CameraNoiseOptions options) : PixelDegradation
{
    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        var random = new RandomStream(seed);
        var (shot, read) = LevelsFor(random);
        for (var i = 0; i < clean.Length; i++)
        {
            var light = options.InLinearLight ? ToLinear(Math.Clamp(clean[i], 0, 1)) : Math.Max(clean[i], 0);
            var seen = shot * random.Poisson(light / shot) + read * random.Gaussian();
            degraded[i] = (float)(options.InLinearLight ? FromLinear(Math.Clamp(seen, 0, 1)) : seen);
        }
    }

    /// <summary>Shot noise a and read noise b of a seed.</summary>
    internal (double Shot, double Read) LevelsFor(RandomStream random)
    {
        var shot = random.BetweenLog(options.ShotMin, options.ShotMax);
        // Brooks et al., equation 3: log variance of read noise over log shot noise.
        return (shot, options.ReadSigma ?? Math.Sqrt(Math.Exp(2.18 * Math.Log(shot) + 1.20 + 0.26 * random.Gaussian())));
    }

    /// <summary>IEC 61966-2-1.</summary>
    private static double ToLinear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double FromLinear(double light) => light <= 0.0031308 ? light * 12.92 : 1.055 * Math.Pow(light, 1 / 2.4) - 0.055;
}
