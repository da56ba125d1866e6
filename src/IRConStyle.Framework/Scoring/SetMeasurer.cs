using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Tiling;
using TorchSharp;

namespace IRConStyle.Framework.Scoring;

/// <summary>A metric under the name it has in reports.</summary>
/// <param name="Name">Unique within a set.</param>
/// <param name="Metric">The metric.</param>
public sealed record NamedMetric(string Name, IMetric Metric);

/// <summary>What a mean is taken over.</summary>
public enum MeasurementAveraging
{
    /// <summary>All images alike.</summary>
    Images,

    /// <summary>Scenes: the folders in the images' names; each scene counts once, with the mean over its images.</summary>
    Scenes,
}

/// <summary>A set of images, and how it is measured.</summary>
/// <param name="Name">See <see cref="MeasuredSet.Name"/>.</param>
/// <param name="Dataset">The pairs.</param>
/// <param name="Metrics">At least one; names are unique.</param>
public sealed record SetToMeasure(string Name, IRestorationDataset Dataset, IReadOnlyList<NamedMetric> Metrics)
{
    /// <summary>See <see cref="MeasuredSet.Title"/>.</summary>
    public string? Title { get; init; }

    /// <summary>See <see cref="MeasuredSet.Protocol"/>.</summary>
    public string? Protocol { get; init; }

    /// <summary>See <see cref="SampleRequest.Seed"/>; the same for every image.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// 0 scores images of their own size. Another number extends degraded and clean image by reflection to multiples of it
    /// before anything else, and scores what was added with the rest.
    /// </summary>
    public int PadTo { get; init; }

    /// <summary>Whether the images are grey: restored and scored with one channel. Images with colour are refused.</summary>
    public bool Grey { get; init; }

    /// <summary>What the mean is taken over.</summary>
    public MeasurementAveraging Averaging { get; init; }

    /// <summary>Told of each image as it is measured.</summary>
    public Action<MeasuredImage>? Done { get; init; }
}

/// <summary>An image of a set as it was scored, in managed memory.</summary>
/// <param name="Degraded">8 bits, grey or RGB.</param>
/// <param name="Restored">The same size and kind.</param>
/// <param name="Clean">The same size and kind.</param>
public sealed record MeasuredPictures(RasterImage Degraded, RasterImage Restored, RasterImage Clean);

/// <summary>
/// Measures a network on sets of images, as benchmarks are scored: restored, degraded and clean image are clamped and
/// rounded to 8 bits (half to even) before they are compared. Nothing of an image is kept but its figures.
/// </summary>
/// <param name="restorer">The network.</param>
public sealed class SetMeasurer(ImageRestorer restorer)
{
    /// <summary>Measures a set.</summary>
    /// <param name="set">The images and how they are measured.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <exception cref="IRConStyleException">
    /// An image is unreadable or cannot be scored: a figure over fewer images than there are would mislead.
    /// </exception>
    public MeasuredSet Measure(SetToMeasure set, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(set);
        PeakMemory.Reset();
        var images = new List<MeasuredImage>(set.Dataset.Count);
        for (var index = 0; index < set.Dataset.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = MeasureImage(set, index);
            images.Add(image);
            set.Done?.Invoke(image);
        }

        IReadOnlyDictionary<string, double> Each(Func<string, double> statistic)
            => set.Metrics.ToDictionary(metric => metric.Name, metric => statistic(metric.Name));
        return new MeasuredSet(set.Name, [.. set.Metrics.Select(metric => new MeasuredMetric(metric.Name, metric.Metric.Unit, metric.Metric.Direction))], images)
        {
            Title = set.Title,
            Protocol = set.Protocol,
            Mean = Each(metric => MeasurementStatistics.Mean(images, image => image.Values[metric], set.Averaging)),
            Deviation = Each(metric => MeasurementStatistics.Deviation([.. images.Select(image => image.Values[metric])])),
            Input = Each(metric => MeasurementStatistics.Mean(images, image => image.Input[metric], set.Averaging)),
            PeakMemoryBytes = PeakMemory.Read(),
        };
    }

    /// <summary>Loads and restores one image of a set once more, to be looked at.</summary>
    /// <param name="set">The set.</param>
    /// <param name="index">The image, as in the dataset.</param>
    /// <exception cref="IRConStyleException">The image is unreadable.</exception>
    public MeasuredPictures Restore(SetToMeasure set, int index)
    {
        ArgumentNullException.ThrowIfNull(set);
        using var scope = torch.NewDisposeScope();
        using var sample = set.Dataset.Load(index, new SampleRequest(set.Seed));
        var (degraded, clean) = Prepare(set, sample);
        return new MeasuredPictures(Picture(degraded), Picture(restorer.Restore(degraded)), Picture(clean));
    }

    /// <summary>The rounding of the authors' code: clamp to [0,1], times 255, half to even, in float32.</summary>
    /// <param name="image">C×H×W float32.</param>
    /// <returns>C×H×W uint8, owned by the caller's scope.</returns>
    internal static torch.Tensor ToBytes(torch.Tensor image) => image.clamp(0, 1).mul(255).round().to(torch.uint8);

    private MeasuredImage MeasureImage(SetToMeasure set, int index)
    {
        using var scope = torch.NewDisposeScope();
        using var sample = set.Dataset.Load(index, new SampleRequest(set.Seed));
        var (degraded, clean) = Prepare(set, sample);
        var clock = Stopwatch.StartNew();
        var output = restorer.Restore(degraded);
        var seconds = clock.Elapsed.TotalSeconds;
        var (input, restored, target) = (ToBytes(degraded), ToBytes(output), ToBytes(clean));
        return new MeasuredImage(
            sample.Name, (int)sample.Clean.shape[2], (int)sample.Clean.shape[1], seconds,
            set.Metrics.ToDictionary(metric => metric.Name, metric => metric.Metric.Measure(restored, target)),
            set.Metrics.ToDictionary(metric => metric.Name, metric => metric.Metric.Measure(input, target)));
    }

    private static (torch.Tensor Degraded, torch.Tensor Clean) Prepare(SetToMeasure set, RestorationSample sample)
    {
        var (degraded, clean) = (sample.Degraded, sample.Clean);
        if (set.Grey)
            (degraded, clean) = (GreyImages.OneChannel(degraded, sample.Name), GreyImages.OneChannel(clean, sample.Name));
        return set.PadTo > 0 ? (Pad(degraded, set.PadTo), Pad(clean, set.PadTo)) : (degraded, clean);
    }

    private static torch.Tensor Pad(torch.Tensor image, int multiple) => ImagePadding.ToMultiple(image.unsqueeze(0), multiple).squeeze(0);

    private static RasterImage Picture(torch.Tensor image) => RasterImage.FromBytes(ToBytes(image));
}
