using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Comparison;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Tests.Comparison;

/// <summary>Makes measurements without measuring.</summary>
internal static class Measured
{
    public static readonly MeasuredMetric Psnr = new("psnr", "dB", MetricDirection.HigherIsBetter);

    public static readonly MeasuredMetric Mae = new("mae", "of 255", MetricDirection.LowerIsBetter);

    public static NamedReport Report(string name, params MeasuredSet[] sets) => new(name, new MeasurementReport(name, sets));

    /// <summary>A set with one metric; images are called a, b, c …</summary>
    public static MeasuredSet Set(string name, MeasuredMetric metric, params double[] values)
        => Set(name, metric, [.. values.Select((value, i) => Image(((char)('a' + i)).ToString(), (metric.Name, value)))]);

    public static MeasuredSet Set(string name, MeasuredMetric metric, params MeasuredImage[] images) => Set(name, [metric], images);

    public static MeasuredSet Set(string name, MeasuredMetric[] metrics, params MeasuredImage[] images) => new(name, metrics, images)
    {
        // A comparison takes nothing from the means: it makes its own of the images that both have.
        Mean = new Dictionary<string, double>(),
        Deviation = new Dictionary<string, double>(),
        Input = metrics.ToDictionary(metric => metric.Name, _ => 20.0),
    };

    public static MeasuredImage Image(string name, params (string Metric, double Value)[] values)
        => new(name, 48, 32, 0.1, values.ToDictionary(value => value.Metric, value => value.Value), values.ToDictionary(value => value.Metric, _ => 20.0));
}
