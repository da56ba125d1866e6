using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Scoring;
using Microsoft.Extensions.Options;

namespace IRConStyle.Evaluation.Measurement;

/// <summary>Measures a pipeline on a folder of images; see <see cref="SetMeasurer"/> for how images are scored.</summary>
/// <param name="factory">Builds datasets and metrics.</param>
/// <param name="loader">Builds the networks.</param>
/// <param name="protocol">Says how it was measured.</param>
/// <param name="options">Which components to measure with.</param>
public sealed class Evaluator(IPipelineFactory factory, NetworkLoader loader, ProtocolText protocol, IOptions<EvaluationOptions> options)
{
    private readonly EvaluationOptions _options = options.Value;

    /// <summary>Measures everything a request names.</summary>
    /// <param name="request">What to measure.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <returns>A report of one set, named like the clean folder.</returns>
    /// <exception cref="IRConStyleException">
    /// The request, the pipeline, a folder or an image is wrong; a score over fewer images than asked for would mislead, so
    /// the first bad image ends the measurement.
    /// </exception>
    public MeasurementReport Run(EvaluationRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var degradation = Degradation(request);
        var dataset = factory.CreateDataset(Data(request), degradation.Component);
        using var loaded = loader.Open(request.Pipeline, request.Weights, request.Device, request.Part);
        var names = MetricNames(request);
        var set = new SetToMeasure(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.CleanDirectory))), dataset,
            [.. names.Select(name => new NamedMetric(name, factory.CreateMetric(name)))])
        {
            Protocol = protocol.Describe(degradation, names.Select(name => new ComponentOptions { Name = name })),
            Seed = degradation.Seed,
            Done = request.Done,
        };
        request.Planned?.Invoke(dataset.Count);
        return MeasurementReport.Of(loaded, [new SetMeasurer(loaded.Restorer).Measure(set, cancellation)]);
    }

    private ComponentOptions Data(EvaluationRequest request)
        => request.DegradedDirectory is { } degraded
            ? ComponentOptions.Of(_options.PairedDataset, ("Degraded", degraded), ("Clean", request.CleanDirectory))
            : ComponentOptions.Of(_options.CleanDataset, ("Root", request.CleanDirectory), ("SeedByName", request.Degradation is not null));

    private DegradationProtocol Degradation(EvaluationRequest request)
        => (request.DegradedDirectory, request.NoiseSigma, request.Degradation) switch
        {
            ({ }, null, null) => new DegradationProtocol(null),
            (null, { } sigma, null) => new DegradationProtocol(ComponentOptions.Of(_options.NoiseDegradation, ("Sigma", sigma))),
            (null, null, { } name) => new DegradationProtocol(new ComponentOptions { Name = name }, request.Seed, IsSeedByName: true),
            _ => throw new IRConStyleException(
                "Exactly one of a degraded folder, a noise level and a degradation is needed.",
                "Give --degraded DIR, --noise SIGMA to add noise to the clean images, or --as NAME to degrade them otherwise."),
        };

    private IReadOnlyList<string> MetricNames(EvaluationRequest request)
    {
        if (request.Metrics.Count > 0)
            return [.. request.Metrics.Distinct(StringComparer.Ordinal)];
        // A weights file alone names no pipeline.
        var pipeline = request.Pipeline ?? (request.Weights is null ? factory.DefaultName : null);
        return pipeline is not null && factory.Describe(pipeline).Metrics is { Length: > 0 } configured ? configured : _options.Metrics;
    }
}
