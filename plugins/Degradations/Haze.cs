using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="Haze"/>; the defaults span RESIDE's.</summary>
public sealed class HazeOptions
{
    /// <summary>The least scattering β over the depth of the scene (from 0, near, to 1, far); default 0.4.</summary>
    [Range(0.0, 20.0)]
    [AtMost(nameof(ScatteringMax))]
    public double ScatteringMin { get; set; } = 0.4;

    /// <summary>The most scattering β; default 2, a little beyond RESIDE's 1.8.</summary>
    [Range(0.0, 20.0)]
    public double ScatteringMax { get; set; } = 2;

    /// <summary>The darkest airlight; default 0.7 as in RESIDE.</summary>
    [Range(0.0, 1.0)]
    [AtMost(nameof(AirlightMax))]
    public double AirlightMin { get; set; } = 0.7;

    /// <summary>The brightest airlight; default 1 as in RESIDE.</summary>
    [Range(0.0, 1.0)]
    public double AirlightMax { get; set; } = 1;

    /// <summary>How far the airlight of a channel may be from their common value, either way; default 0.02, nearly grey.</summary>
    [Range(0.0, 0.5)]
    public double AirlightTint { get; set; } = 0.02;
}

/// <summary>
/// Haze by atmospheric scattering (Koschmieder 1924; Narasimhan and Nayar, "Vision and the Atmosphere", IJCV 2002), as
/// RESIDE synthesises it (Li et al., "Benchmarking Single-Image Dehazing and Beyond", IEEE TIP 2019): I = J·t + A·(1 − t) with
/// the transmission t = exp(−β·d). Photographs have no depth d, so one is made up: see <see cref="DepthMap"/>.
/// </summary>
/// <param name="options">How thick the haze is.</param>
public sealed class Haze(HazeOptions options) : PixelDegradation
{
    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        var (transmission, airlight) = SceneFor(clean, size, seed);
        for (var channel = 0; channel < size.Channels; channel++)
            for (int i = 0, at = channel * size.Plane; i < size.Plane; i++, at++)
                degraded[at] = clean[at] * transmission[i] + airlight[channel] * (1 - transmission[i]);
    }

    /// <summary>The transmission of each pixel, in (0,1], and the airlight of each channel that a seed gets.</summary>
    internal (float[] Transmission, float[] Airlight) SceneFor(ReadOnlySpan<float> clean, PlaneSize size, ulong seed)
    {
        var random = new RandomStream(seed);
        var scattering = random.Between(options.ScatteringMin, options.ScatteringMax);
        var light = random.Between(options.AirlightMin, options.AirlightMax);
        float[] airlight =
        [
            .. Enumerable.Range(0, size.Channels)
                .Select(_ => (float)Math.Clamp(light + random.Between(-options.AirlightTint, options.AirlightTint), 0, 1)),
        ];
        var depth = DepthMap.Draw(clean, size, random);
        for (var i = 0; i < depth.Length; i++)
            depth[i] = (float)Math.Exp(-scattering * depth[i]);
        return (depth, airlight);
    }
}
