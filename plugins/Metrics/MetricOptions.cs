using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Metrics;

/// <summary>Options of all metrics here.</summary>
public class MetricOptions
{
    /// <summary>Pixels left out along each edge; default 0.</summary>
    [Range(0, 1000)]
    [ReferenceArgument("crop_border")]
    public int CropBorder { get; set; }
}

/// <summary>Options of MS-SSIM.</summary>
public sealed class MsSsimOptions : MetricOptions
{
    /// <summary>
    /// Scales, each half the size of the one before; default 5, as published, for which an image needs 161 pixels a side.
    /// Fewer (4 need 81 pixels, 3 need 41, 2 need 21, 1 needs 11) take the first of the published weights, scaled to a sum
    /// of 1, and give figures that compare with no published ones; 1 is SSIM.
    /// </summary>
    [Range(1, 5)]
    public int Scales { get; set; } = 5;
}
