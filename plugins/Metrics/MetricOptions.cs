using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Metrics;

/// <summary>Options of all metrics here.</summary>
public sealed class MetricOptions
{
    /// <summary>Pixels left out along each edge; default 0.</summary>
    [Range(0, 1000)]
    [ReferenceArgument("crop_border")]
    public int CropBorder { get; set; }
}
