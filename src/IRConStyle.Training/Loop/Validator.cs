using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Scoring;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Training.Loop;

/// <summary>Scores the averaged weights of a training, as benchmarks are scored.</summary>
internal sealed class Validator
{
    private readonly ValidationOptions _options;
    private readonly IRestorationDataset _dataset;
    private readonly (string Name, IMetric Metric)[] _metrics;
    private readonly InferenceOptions _inference;
    private readonly torch.Device _device;

    /// <summary>Opens the validation images.</summary>
    /// <param name="factory">Builds dataset and metrics.</param>
    /// <param name="pipeline">The pipeline, with validation options.</param>
    /// <param name="inference">When and how large images are tiled.</param>
    /// <param name="device">Where the networks are.</param>
    /// <exception cref="IRConStyleException">The images or a metric are missing.</exception>
    public Validator(IPipelineFactory factory, PipelineOptions pipeline, InferenceOptions inference, torch.Device device)
    {
        _options = pipeline.Training.Validation!;
        (_inference, _device) = (inference, device);
        _dataset = factory.CreateDataset(_options.Data, pipeline.Training.ValidationDegradation);
        _metrics = [.. pipeline.Metrics.Append(_options.Metric).Distinct(StringComparer.Ordinal).Select(name => (name, factory.CreateMetric(name)))];
    }

    /// <summary>What is measured.</summary>
    public IReadOnlyList<TrainingMetric> Metrics
        => [.. _metrics.Select(metric => new TrainingMetric(metric.Name, metric.Metric.Unit, metric.Metric.Direction))];

    /// <summary>Whether a value of the deciding metric is better than the best so far.</summary>
    public bool IsBetter(double value, double? best)
        => best is null || (Deciding.Direction is MetricDirection.HigherIsBetter ? value > best : value < best);

    /// <summary>What decides.</summary>
    public string DecidingMetric => _options.Metric;

    /// <summary>Measures.</summary>
    /// <param name="step">The training, whose averaged weights are measured; its live ones are back afterwards.</param>
    /// <param name="iteration">The last finished iteration.</param>
    /// <param name="best">The best value of the deciding metric so far.</param>
    /// <param name="report">Receives the result while its tensors live.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <returns>The deciding metric's mean.</returns>
    public double Run(TrainingStep step, int iteration, double? best, Action<ValidationReport> report, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var scope = torch.NewDisposeScope();
        using var averaged = step.Average.Apply();
        step.Network.Eval();
        try
        {
            var restorer = new ImageRestorer(step.Network, _device, _inference);
            var count = _options.MaxImages > 0 ? Math.Min(_options.MaxImages, _dataset.Count) : _dataset.Count;
            var samples = new List<ValidationSample>();
            var sums = new double[_metrics.Length];
            for (var index = 0; index < count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var sample = Measure(restorer, index, keep: index < _options.SheetImages);
                for (var i = 0; i < sums.Length; i++)
                    sums[i] += sample.Values[_metrics[i].Name];
                if (index < _options.SheetImages)
                    samples.Add(sample);
            }

            var means = _metrics.Zip(sums, (metric, sum) => (metric.Name, Mean: sum / count)).ToDictionary(entry => entry.Name, entry => entry.Mean);
            var value = means[_options.Metric];
            report(new ValidationReport(iteration, means, IsBetter(value, best), count, clock.Elapsed, samples));
            return value;
        }
        finally
        {
            step.EnterTraining();
        }
    }

    private IMetric Deciding => _metrics.Single(metric => metric.Name == _options.Metric).Metric;

    private ValidationSample Measure(ImageRestorer restorer, int index, bool keep)
    {
        using var scope = torch.NewDisposeScope();
        using var pair = _dataset.Load(index, SampleRequest.Whole);
        torch.Tensor[] images = [SetMeasurer.ToBytes(pair.Degraded), SetMeasurer.ToBytes(restorer.Restore(pair.Degraded)), SetMeasurer.ToBytes(pair.Clean)];
        var values = _metrics.ToDictionary(metric => metric.Name, metric => metric.Metric.Measure(images[1], images[2]));
        if (keep)
            Array.ForEach(images, image => image.MoveToOuterDisposeScope());
        return new ValidationSample(pair.Name, images[0], images[1], images[2], values);
    }
}
