
namespace IRConStyle.Framework.Scoring;

/// <summary>Means and deviations of what was measured.</summary>
internal static class MeasurementStatistics
{
    /// <summary>The mean over images, or over the means of scenes.</summary>
    public static double Mean(IEnumerable<MeasuredImage> images, Func<MeasuredImage, double> value, MeasurementAveraging averaging)
        => averaging is MeasurementAveraging.Images
            ? images.Average(value)
            : images.GroupBy(image => SceneOf(image.Name), StringComparer.Ordinal).Average(scene => scene.Average(value));

    /// <summary>The sample standard deviation; 0 for one value or equal ones, infinite where some are.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        if (values.All(value => value.Equals(values[0])))
            return 0;
        if (values.Any(double.IsInfinity))
            return double.PositiveInfinity;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    /// <summary>The middle value; of an even count the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string SceneOf(string name) => name[..(name.LastIndexOf('/') + 1)];
}
