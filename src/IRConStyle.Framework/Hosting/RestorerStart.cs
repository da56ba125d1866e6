using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IRConStyle.Framework.Hosting;

/// <summary>While a host starts: refuses restorers whose pipeline or weights are wrong, and warms up those that ask for it.</summary>
/// <param name="restorers">The restorers.</param>
/// <param name="options">Their options.</param>
/// <param name="pipelines">Knows pipelines.</param>
/// <param name="validation">Checks what it takes to restore.</param>
/// <param name="logger">Told when they are warm.</param>
internal sealed partial class RestorerStart(
    IImageRestorers restorers,
    IOptionsMonitor<RestorerOptions> options,
    IPipelineFactory pipelines,
    PipelineValidation validation,
    ILogger<RestorerStart> logger)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var name in restorers.Names)
        {
            var pipeline = pipelines.Describe(name);
            validation.CheckNetwork(name, pipeline);
            var weights = options.Get(name).Weights ?? pipeline.WeightsPath;
            if (weights is not null && !File.Exists(weights))
                throw new IRConStyleException(
                    $"Restorer {name} has no weights: there is no file {weights}.",
                    $"Set IRConStyle:Pipelines:{name}:Weights or the restorer's own Weights to a file that is there.");
        }

        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in restorers.Names.Where(name => options.Get(name).Warmup))
        {
            var start = Stopwatch.GetTimestamp();
            await restorers.Get(name).WarmUpAsync(cancellationToken).ConfigureAwait(false);
            LogWarm(logger, name, Stopwatch.GetElapsedTime(start));
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Restorer {Name} is warm after {Time}.")]
    private static partial void LogWarm(ILogger logger, string name, TimeSpan time);
}
