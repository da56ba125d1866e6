using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Loop;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IRConStyle.Training.Hosting;

/// <summary>Trains one pipeline while the host runs. A host that stops lets it save a checkpoint first.</summary>
/// <param name="services">Asked for options and trainer when the run begins, so that a wrong setting is one logged error like any other.</param>
/// <param name="status">Told how the run ends.</param>
/// <param name="environment">Says what relative paths are below of.</param>
/// <param name="lifetime">Stops the host.</param>
/// <param name="logger">Receives what happens.</param>
internal sealed partial class TrainingWorker(
    IServiceProvider services, TrainingStatus status, IHostEnvironment environment, IHostApplicationLifetime lifetime,
    ILogger<TrainingWorker> logger)
    : BackgroundService
{
    private bool _stopsHost = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Environment.ExitCode = await TrainAsync(stoppingToken).ConfigureAwait(false);
        if (_stopsHost)
            lifetime.StopApplication();
    }

    private async Task<int> TrainAsync(CancellationToken stop)
    {
        var pipeline = "";
        try
        {
            var worker = services.GetRequiredService<IOptions<TrainingWorkerOptions>>().Value;
            _stopsHost = worker.StopHostWhenDone;
            pipeline = worker.Pipeline ?? services.GetRequiredService<IPipelineFactory>().DefaultName;
            var output = Path.GetFullPath(worker.Output ?? Path.Combine("runs", pipeline), environment.ContentRootPath);
            var trainer = services.GetRequiredService<Trainer>();
            status.Begin(pipeline);
            var request = new TrainingRequest(pipeline, output, worker.Device) { Resume = worker.Resume };
            var result = await trainer.RunAsync(request, stop).ConfigureAwait(false);
            LogEnded(logger, pipeline, result.End, result.Iterations, output);
            return TrainingExitCode.Of(result);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return TrainingExitCode.Stopped;
        }
        catch (IRConStyleException exception)
        {
            status.Fail(exception.Message);
            LogRefused(logger, pipeline, exception.Remedy is { } remedy ? $"{exception.Message} {remedy}" : exception.Message);
            return TrainingExitCode.Failed;
        }
#pragma warning disable CA1031 // Whatever it was, it is logged and becomes the exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            status.Fail(exception.Message);
            LogFailed(logger, exception, pipeline);
            return TrainingExitCode.Failed;
        }
    }

    [LoggerMessage(LogLevel.Information, "Training of {Pipeline} ended ({End}) after iteration {Iteration}; its files are in {Output}.")]
    private static partial void LogEnded(ILogger logger, string pipeline, TrainingEnd end, int iteration, string output);

    [LoggerMessage(LogLevel.Error, "Training {Pipeline} failed: {Problem}")]
    private static partial void LogRefused(ILogger logger, string pipeline, string problem);

    [LoggerMessage(LogLevel.Error, "Training {Pipeline} failed unexpectedly.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string pipeline);
}
