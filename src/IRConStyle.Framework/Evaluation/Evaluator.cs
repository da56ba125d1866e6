using IRConStyle.Abstractions;
using IRConStyle.Framework.Composition;
using IRConStyle.Framework.Inference;
using TorchSharp;

namespace IRConStyle.Framework.Evaluation;

/// <summary>
/// Measures a pipeline on a folder of images, as benchmarks are scored: the restored image is clamped and rounded to 8
/// bits (half to even) before it is compared with the original.
/// </summary>
/// <param name="factory">Builds datasets and metrics.</param>
/// <param name="loader">Builds the networks.</param>
/// <param name="host">Which components to measure with.</param>
public sealed class Evaluator(IPipelineFactory factory, NetworkLoader loader, IRConStyleOptions host)
{
    private readonly EvaluationOptions _options = host.Evaluation;

    /// <summary>Measures everything a request names.</summary>
    /// <param name="request">What to measure.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <exception cref="IRConStyleException">
    /// The request, the pipeline, a folder or an image is wrong; a score over fewer images than asked for would mislead, so
    /// the first bad image ends the measurement.
    /// </exception>
    public EvaluationReport Run(EvaluationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var dataset = OpenDataset(request);
        using var loaded = loader.Open(request.Pipeline, request.Weights, request.Device, request.Section);
        var names = MetricNames(request);
        var metrics = names.Select(name => (Name: name, Metric: factory.CreateMetric(name))).ToArray();
        request.Planned?.Invoke(dataset.Count);
        var scores = new List<ImageScore>(dataset.Count);
        for (var index = 0; index < dataset.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var sample = dataset.Load(index, SampleRequest.Whole);
            var restored = ToBytes(loaded.Restorer.Restore(sample.Degraded));
            var clean = ToBytes(sample.Clean);
            var score = new ImageScore(
                sample.Name, metrics.ToDictionary(metric => metric.Name, metric => metric.Metric.Measure(restored, clean)));
            scores.Add(score);
            request.Done?.Invoke(score);
        }

        return new EvaluationReport(loaded.Network.PipelineName, names, scores);
    }

    /// <summary>The rounding of the authors' code: clamp to [0,1], times 255, half to even, in float32.</summary>
    /// <param name="image">C×H×W float32.</param>
    /// <returns>C×H×W uint8, owned by the caller's scope.</returns>
    internal static torch.Tensor ToBytes(torch.Tensor image) => image.clamp(0, 1).mul(255).round().to(torch.uint8);

    private IRestorationDataset OpenDataset(EvaluationRequest request)
    {
        if ((request.DegradedDirectory is null) == (request.NoiseSigma is null))
            throw new IRConStyleException(
                "Exactly one of a degraded folder and a noise level is needed.",
                "Give --degraded DIR, or --noise SIGMA to add noise to the clean images.");
        if (request.DegradedDirectory is { } degraded)
            return factory.CreateDataset(
                ComponentOptions.Of(_options.PairedDataset, ("Degraded", degraded), ("Clean", request.CleanDirectory)), degradation: null);
        return factory.CreateDataset(
            ComponentOptions.Of(_options.CleanDataset, ("Root", request.CleanDirectory)),
            ComponentOptions.Of(_options.NoiseDegradation, ("Sigma", request.NoiseSigma)));
    }

    private IReadOnlyList<string> MetricNames(EvaluationRequest request)
    {
        if (request.Metrics.Count > 0)
            return request.Metrics;
        // A weights file alone names no pipeline.
        var pipeline = request.Pipeline ?? (request.Weights is null ? host.DefaultPipeline : null);
        return pipeline is not null && factory.Describe(pipeline).Metrics is { Length: > 0 } configured ? configured : _options.Metrics;
    }
}
