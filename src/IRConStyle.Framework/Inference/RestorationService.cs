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

    /// <summary>The extension of all results, for example <c>png</c>; null keeps each input's. See <see cref="RestorePlan.Make"/>.</summary>
    public string? Format { get; init; }

    /// <summary>
    /// Whether images whose output exists are left out, so that a batch goes on where it stopped: outputs appear whole or not at
    /// all. With <see cref="Compare"/> the sheet must exist too.
    /// </summary>
    public bool SkipExisting { get; init; }

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

    /// <summary>What is to be otherwise than configured.</summary>
    public InferenceChanges? Changes { get; init; }

    /// <summary>Told of the share of an image that is done, from 0 to 1, while it is restored; images are worked on side by side.</summary>
    public Action<RestoreJob, double>? Advanced { get; init; }

    /// <summary>Told of each image as it is done; never twice at a time.</summary>
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
/// <param name="Pipeline">The pipeline used; empty where there was nothing left to do.</param>
/// <param name="WeightsPath">The weights used; null for a pipeline without parameters.</param>
public sealed record RestoreResult(
    IReadOnlyList<RestoreOutcome> Outcomes, IReadOnlyList<string> Skipped, string Pipeline, string? WeightsPath)
{
    /// <summary>Images that were left out because their output exists.</summary>
    public IReadOnlyList<RestoreJob> Existing { get; init; } = [];

    /// <summary>Folders whose images are missing because they could not be listed.</summary>
    public IReadOnlyList<RestoreNote> Unreadable { get; init; } = [];
}

/// <summary>Restores image files. One bad file does not stop the rest.</summary>
/// <param name="loader">Builds the networks.</param>
/// <param name="codec">Reads and writes images.</param>
/// <param name="logger">Receives what happens.</param>
public sealed class RestorationService(NetworkLoader loader, IImageCodec codec, ILogger<RestorationService> logger)
{
    /// <summary>Restores everything a request names.</summary>
    /// <param name="request">What to restore and with what.</param>
    /// <param name="cancellation">Stops before the next image or tile; what is restored by then is still written.</param>
    /// <exception cref="IRConStyleException">The plan, the pipeline or its weights are wrong; problems of single images are outcomes.</exception>
    public RestoreResult Run(RestoreRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var plan = RestorePlan.Make(request.Inputs, request.Output, codec, request.Format);
        var existing = request.SkipExisting ? plan.Jobs.Where(job => IsDone(job, request)).ToList() : [];
        plan = plan with { Jobs = [.. plan.Jobs.Except(existing)] };
        var result = new RestoreResult([], plan.Skipped, "", null) { Existing = existing, Unreadable = plan.Unreadable };
        // Nothing left to do needs no network, which takes its time to load.
        using var loaded = plan.Jobs.Count == 0 ? null : loader.Open(request.Pipeline, request.Weights, request.Device, request.Part, request.Changes);
        request.Planned?.Invoke(plan);
        if (loaded is null)
            return result;
        using var line = new RestoreLine(loaded.Restorer, codec, request, logger);
        var outcomes = line.Run(plan.Jobs, cancellation);
        return result with { Outcomes = outcomes, Pipeline = loaded.Network.PipelineName, WeightsPath = loaded.WeightsPath };
    }

    private static bool IsDone(RestoreJob job, RestoreRequest request)
        => File.Exists(job.Output) && (!request.Compare || File.Exists(job.Sheet));
}
