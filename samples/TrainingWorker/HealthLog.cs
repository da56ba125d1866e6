using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace TrainingWorker;

/// <summary>Logs how the training is doing whenever that changes; the host asks every half minute.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger) : IHealthCheckPublisher
{
    private HealthStatus? _last;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        if (report.Status != _last)
            LogHealth(logger, _last = report.Status, string.Join(" ", report.Entries.Values.Select(entry => entry.Description)));
        return Task.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "Health is {Status}: {Description}")]
    private static partial void LogHealth(ILogger logger, HealthStatus? status, string description);
}
