using IRConStyle.Training.Samples;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IRConStyle.Training.Hosting;

/// <summary>
/// Healthy while reports arrive, and before and after a run; degraded when none arrived for
/// <see cref="TrainingWorkerOptions.StallAfter"/> or images are left out as unreadable; unhealthy when the run failed.
/// </summary>
/// <param name="status">How the run is doing.</param>
/// <param name="options">When a run counts as stalled.</param>
internal sealed class TrainingHealthCheck(TrainingStatus status, IOptions<TrainingWorkerOptions> options) : IHealthCheck
{
    /// <summary>The check's name.</summary>
    public const string Name = "training";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = status.Now;
        var data = Data(now);
        return Task.FromResult(now switch
        {
            { Phase: TrainingStatus.Phase.Failed } => HealthCheckResult.Unhealthy(now.Problem, data: data),
            { Phase: TrainingStatus.Phase.Waiting } => HealthCheckResult.Healthy("No training has begun.", data),
            { Phase: TrainingStatus.Phase.Ended } => HealthCheckResult.Healthy("The training has ended.", data),
            _ when now.Silence > options.Value.StallAfter => HealthCheckResult.Degraded(
                FormattableString.Invariant($"Nothing was reported for {now.Silence:hh\\:mm\\:ss}."), data: data),
            { Progress.UnreadableImages: > 0 and var left } => HealthCheckResult.Degraded(
                FormattableString.Invariant($"Images left out as unreadable: {left}."), data: data),
            _ => HealthCheckResult.Healthy("The training runs.", data),
        });
    }

    private static Dictionary<string, object> Data(TrainingStatus.Snapshot now)
    {
        var data = new Dictionary<string, object>();
        if (now.Pipeline is { } pipeline)
            data["pipeline"] = pipeline;
        if (now.Progress is not { } progress)
            return data;
        data["iteration"] = progress.Iteration;
        data["iterations"] = progress.Iterations;
        data["imagesPerSecond"] = progress.ImagesPerSecond;
        foreach (var (name, value) in progress.Losses)
            data[$"loss.{name}"] = value;
        return data;
    }
}
