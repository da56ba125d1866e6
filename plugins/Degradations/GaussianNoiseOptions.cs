using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="GaussianNoise"/>. Levels are standard deviations on the scale 0 to 255.</summary>
public sealed class GaussianNoiseOptions
{
    /// <summary>
    /// The noise level of every image, as in a test set; null (the default) draws a level for each image, one of
    /// <see cref="SigmaChoices"/> or between <see cref="SigmaMin"/> and <see cref="SigmaMax"/>, which are ignored otherwise.
    /// </summary>
    [Range(0.0, 255.0)]
    [ReferenceArgument("sigma_test")]
    public double? Sigma { get; set; }

    /// <summary>The lowest random level; default 0.</summary>
    [Range(0.0, 255.0)]
    [AtMost(nameof(SigmaMax))]
    public double SigmaMin { get; set; }

    /// <summary>The highest random level, not below <see cref="SigmaMin"/>; default 50.</summary>
    [Range(0.0, 255.0)]
    public double SigmaMax { get; set; } = 50;

    /// <summary>
    /// Levels to draw one of for each image, for example 15, 25 and 50; empty (the default) for a range. Only where
    /// <see cref="Sigma"/> is null.
    /// </summary>
    [Range(0.0, 255.0)]
    public double[] SigmaChoices { get; set; } = [];
}
