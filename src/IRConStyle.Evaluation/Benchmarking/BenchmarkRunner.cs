using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Measurement;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Scoring;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>
/// Measures a pipeline on all benchmarks that lie below a folder, with one loaded network. One that fails does not stop
/// the rest, and the reports are written anew after each, so that what is measured is not lost.
/// </summary>
/// <param name="catalogue">Finds the benchmarks.</param>
/// <param name="factory">Builds datasets, degradations and metrics.</param>
/// <param name="loader">Builds the network.</param>
/// <param name="protocol">Says how a set is measured.</param>
/// <param name="reports">Draws what was measured.</param>
/// <param name="logger">Receives what fails.</param>
public sealed partial class BenchmarkRunner(
    BenchmarkCatalogue catalogue,
    IPipelineFactory factory,
    NetworkLoader loader,
    ProtocolText protocol,
    BenchmarkReports reports,
    ILogger<BenchmarkRunner> logger)
{
    /// <summary>Measures everything a request names.</summary>
    /// <param name="request">What to measure.</param>
    /// <param name="cancellation">Stops before the next image; the benchmark it belongs to is left out.</param>
    /// <exception cref="IRConStyleException">
    /// Nothing was found, a name is unknown, the network cannot be opened, or a report cannot be written. What is wrong
    /// with a single benchmark is its outcome.
    /// </exception>
    public BenchmarkResult Run(BenchmarkRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var outcomes = catalogue.Select(request.Only).Select(name => Locate(name, request)).ToList();
        if (outcomes.TrueForAll(outcome => outcome.Status is BenchmarkStatus.Missing))
            throw new IRConStyleException(
                $"None of {outcomes.Count} benchmarks lies below {Path.GetFullPath(request.Root)}.",
                $"The first, {outcomes.FirstOrDefault()?.Benchmark.Name}, would be {outcomes.FirstOrDefault()?.Benchmark.Expected}; --list shows all.");
        request.Planned?.Invoke(Count(outcomes));

        using var loaded = loader.Open(request.Pipeline, request.Weights, request.Device, request.Part);
        var output = request.Output ?? Path.Combine("runs", $"benchmark-{loaded.Network.PipelineName}");
        BenchmarkReports.Begin(output);
        var measurer = new SetMeasurer(loaded.Restorer);
        var wasStopped = false;
        for (var i = 0; i < outcomes.Count && !wasStopped; i++)
        {
            if (outcomes[i].Status is not BenchmarkStatus.NotMeasured)
                continue;
            try
            {
                outcomes[i] = Measure(measurer, outcomes[i], request, output, cancellation);
                BenchmarkReports.Write(Result());
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                wasStopped = true;
            }
        }

        BenchmarkReports.Write(Result());
        return Result();

        BenchmarkResult Result() => new(
            MeasurementReport.Of(loaded, [.. outcomes.Select(outcome => outcome.Set).OfType<MeasuredSet>()]), [.. outcomes], output, wasStopped);
    }

    private BenchmarkOutcome Locate(string name, BenchmarkRequest request)
    {
        var benchmark = catalogue.Locate(name, request.Root);
        var status = benchmark switch
        {
            { Problem: not null } => BenchmarkStatus.Failed,
            { Folder: null } => BenchmarkStatus.Missing,
            _ => BenchmarkStatus.NotMeasured,
        };
        return new BenchmarkOutcome(benchmark, status)
        {
            Reason = benchmark.Problem,
            IsRequired = request.Only.Contains(name, StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>
    /// The number of images. All sets are opened for it, one after the other, so that one that cannot be opened is known
    /// before hours of measuring.
    /// </summary>
    private int Count(List<BenchmarkOutcome> outcomes)
    {
        var images = 0;
        for (var i = 0; i < outcomes.Count; i++)
            if (outcomes[i].Status is BenchmarkStatus.NotMeasured)
                outcomes[i] = Try(outcomes[i], outcome =>
                {
                    images += Open(outcome.Benchmark).Dataset.Count;
                    return outcome;
                });
        return images;
    }

    private BenchmarkOutcome Measure(
        SetMeasurer measurer, BenchmarkOutcome outcome, BenchmarkRequest request, string output, CancellationToken cancellation)
    {
        request.Started?.Invoke(outcome.Benchmark);
        return Try(outcome, _ =>
        {
            var set = Open(outcome.Benchmark) with { Done = request.Done };
            var measured = measurer.Measure(set, cancellation);
            return outcome with
            {
                Status = BenchmarkStatus.Measured,
                HasSheet = TryDraw(measurer, set, measured, output),
                Set = measured with { Protocol = $"{CountOf(outcome.Benchmark, set.Dataset.Count)}. {set.Protocol}" },
                Protocol = set.Protocol,
            };
        });
    }

    /// <summary>A picture that fails must not take hours of figures with it.</summary>
    private bool TryDraw(SetMeasurer measurer, SetToMeasure set, MeasuredSet measured, string output)
    {
        try
        {
            reports.WriteSheet(output, measurer, set, measured);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNoSheet(logger, set.Name, exception.Message.Split('\n')[0].TrimEnd(), exception);
            return false;
        }
    }

    private BenchmarkOutcome Try(BenchmarkOutcome outcome, Func<BenchmarkOutcome, BenchmarkOutcome> work)
    {
        try
        {
            return work(outcome);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever one set provokes, memory running out included, is that set's failure.
            var reason = exception is IRConStyleException known
                ? string.Join(' ', known.Message, known.Remedy).TrimEnd()
                : $"{exception.GetType().Name}: {exception.Message.Split('\n')[0].TrimEnd()}";
            LogFailed(logger, outcome.Benchmark.Name, reason, exception);
            return outcome with { Status = BenchmarkStatus.Failed, Reason = reason };
        }
    }

    private SetToMeasure Open(LocatedBenchmark benchmark)
    {
        var options = benchmark.Options;
        var degradation = options.Degradation is null ? null : factory.CreateDegradation(options.Degradation);
        var dataset = factory.OpenDataset(new DatasetRequest(benchmark.Layout!.Data)
        {
            Degradation = degradation is not null && options.Grey ? new GreyImages.Degradation(degradation) : degradation,
            BaseDirectory = benchmark.Folder!,
        });
        return new SetToMeasure(benchmark.Name, dataset, [.. options.Metrics.Select(metric => new NamedMetric(metric.Name, factory.CreateMetric(metric)))])
        {
            Title = benchmark.Title,
            Protocol = protocol.Describe(new DegradationProtocol(options.Degradation), options.Metrics, options.PadTo, options.Grey, options.Averaging),
            PadTo = options.PadTo,
            Grey = options.Grey,
            Averaging = options.Averaging,
        };
    }

    /// <summary>How many images were measured of how many: <c>5 of 1,111 images: a subset</c>.</summary>
    internal static string CountOf(LocatedBenchmark benchmark, int count)
    {
        var whole = benchmark.Options.Images;
        return FormattableString.Invariant(whole == 0 || whole == count ? $"{count:N0} images"
            : count < whole ? (FormattableString)$"{count:N0} of {whole:N0} images: a subset"
            : $"{count:N0} images, where the set has {whole:N0}: not the set as it is published");
    }

    [LoggerMessage(LogLevel.Warning, "The sheet of {Name} was not drawn: {Reason}")]
    private static partial void LogNoSheet(ILogger logger, string name, string reason, Exception exception);

    [LoggerMessage(LogLevel.Debug, "The benchmark {Name} was not measured: {Reason}")]
    private static partial void LogFailed(ILogger logger, string name, string reason, Exception exception);
}
