using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Imaging;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>What to restore and with what.</summary>
/// <param name="Inputs">Images and folders.</param>
public sealed record RestoreRequest(IReadOnlyList<string> Inputs)
{
    /// <summary>See <see cref="RestorePlan.Make"/>.</summary>
    public string? Output { get; init; }

    /// <summary>See <see cref="NetworkLoader.Open"/>.</summary>
    public string? Pipeline { get; init; }

    /// <summary>See <see cref="NetworkLoader.Open"/>.</summary>
    public string? Weights { get; init; }

    /// <summary>See <see cref="NetworkLoader.Open"/>.</summary>
    public PartChoice? Part { get; init; }

    /// <summary>auto, cpu, cuda or cuda:n; null for the configured device.</summary>
    public string? Device { get; init; }

    /// <summary>Whether to write a before/after sheet beside each output, named <c>…_compare.png</c>.</summary>
    public bool Compare { get; init; }

    /// <summary>Told of the plan before the first image.</summary>
    public Action<RestorePlan>? Planned { get; init; }

    /// <summary>Told of each image as it is done.</summary>
    public Action<RestoreOutcome>? Done { get; init; }
}

/// <summary>What became of one image.</summary>
/// <param name="Job">The image.</param>
/// <param name="Error">Why it failed; null when it was restored.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Width">Its width in pixels; 0 when it could not be read.</param>
/// <param name="Height">Its height in pixels; 0 when it could not be read.</param>
public sealed record RestoreOutcome(RestoreJob Job, IRConStyleException? Error, TimeSpan Time, int Width, int Height)
{
    /// <summary>
    /// What is to be known of how it was read, and what its output's format could not hold, each the end of a sentence that
    /// begins with the file.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What became of a request.</summary>
/// <param name="Outcomes">Each image in order.</param>
/// <param name="Skipped">Files in folders that are no images.</param>
/// <param name="Pipeline">The pipeline used.</param>
/// <param name="WeightsPath">The weights used; null for a pipeline without parameters.</param>
public sealed record RestoreResult(
    IReadOnlyList<RestoreOutcome> Outcomes, IReadOnlyList<string> Skipped, string Pipeline, string? WeightsPath);

/// <summary>Restores image files. One bad file does not stop the rest.</summary>
/// <param name="loader">Builds the networks.</param>
/// <param name="codec">Reads and writes images.</param>
/// <param name="logger">Receives what happens.</param>
public sealed partial class RestorationService(NetworkLoader loader, IImageCodec codec, ILogger<RestorationService> logger)
{
    /// <summary>Restores everything a request names.</summary>
    /// <param name="request">What to restore and with what.</param>
    /// <param name="cancellation">Stops before the next image.</param>
    /// <exception cref="IRConStyleException">The plan, the pipeline or its weights are wrong; problems of single images are outcomes.</exception>
    public RestoreResult Run(RestoreRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var plan = RestorePlan.Make(request.Inputs, request.Output, codec);
        using var loaded = loader.Open(request.Pipeline, request.Weights, request.Device, request.Part);
        request.Planned?.Invoke(plan);
        var outcomes = new List<RestoreOutcome>(plan.Jobs.Count);
        foreach (var job in plan.Jobs)
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = Restore(job, loaded.Restorer, request.Compare);
            outcomes.Add(outcome);
            request.Done?.Invoke(outcome);
        }

        return new RestoreResult(outcomes, plan.Skipped, loaded.Network.PipelineName, loaded.WeightsPath);
    }

    private RestoreOutcome Restore(RestoreJob job, ImageRestorer restorer, bool compare)
    {
        var clock = Stopwatch.StartNew();
        RasterImage? degraded = null;
        try
        {
            degraded = codec.Read(job.Input);
            using var scope = torch.NewDisposeScope();
            var restored = RasterImage.FromTensor(restorer.Restore(degraded.ToTensor()), degraded);
            var dropped = codec.Write(job.Output, restored);
            if (compare)
                codec.Write(job.Sheet, ComparisonSheet.Draw(degraded, restored));
            LogRestored(logger, job.Input, job.Output, clock.Elapsed);
            return new RestoreOutcome(job, null, clock.Elapsed, degraded.Width, degraded.Height) { Notes = [.. degraded.Notes, .. dropped] };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever a single image provokes, memory running out included, is that image's failure.
            var error = exception as IRConStyleException ?? new IRConStyleException(
                $"{job.Input} could not be restored: {exception.Message.Split('\n')[0].TrimEnd()}",
                MemoryShortage.Caused(exception) ? MemoryShortage.Remedy : "--verbose shows the details.",
                exception);
            LogFailed(logger, job.Input, error.Message, exception);
            return new RestoreOutcome(job, error, clock.Elapsed, degraded?.Width ?? 0, degraded?.Height ?? 0);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Restored {Input} to {Output} in {Time}.")]
    private static partial void LogRestored(ILogger logger, string input, string output, TimeSpan time);

    [LoggerMessage(LogLevel.Debug, "{Input} was not restored: {Reason}")]
    private static partial void LogFailed(ILogger logger, string input, string reason, Exception exception);
}
