using IRConStyle.Framework.Hosting;
using IRConStyle.Training.Hosting;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// The namespace hosts import; the folder is where hosting lives.
namespace IRConStyle.Training;

/// <summary>Adds training to a host.</summary>
public static class TrainingBuilderExtensions
{
    /// <summary>Adds the <see cref="Trainer"/>, and what follows its runs: logs, curves, sheets, TensorBoard, a meter.</summary>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddTraining(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<Trainer>();
        builder.Services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<ITrainingObserver, MetricsLog>(),
            ServiceDescriptor.Singleton<ITrainingObserver, TensorBoardLog>(),
            ServiceDescriptor.Singleton<ITrainingObserver, TrainingCurves>(),
            ServiceDescriptor.Singleton<ITrainingObserver, ValidationSheets>(),
            ServiceDescriptor.Singleton<ITrainingObserver, TrainingMeter>(),
        ]);
        return builder;
    }

    /// <summary>
    /// Trains the pipeline of section <c>IRConStyle:Worker</c> (<see cref="TrainingWorkerOptions"/>) while the host runs, and
    /// adds the health check <c>training</c>. A host that is told to stop lets the run save a checkpoint first; the process's
    /// exit code becomes one of <see cref="TrainingExitCode"/>.
    /// </summary>
    /// <remarks>
    /// Saving takes as long as an iteration and a checkpoint take: give the host's <c>ShutdownTimeout</c> (configuration key
    /// <c>shutdownTimeoutSeconds</c>, 30 seconds by default) as much. For OpenTelemetry the run has a meter and an activity
    /// source, <see cref="TrainingMeter.MeterName"/> and <see cref="TrainingMeter.ActivitySourceName"/>.
    /// </remarks>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddTrainingWorker(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddTraining().AddOptions<TrainingWorkerOptions>(TrainingWorkerOptions.SectionKey);
        builder.Services.TryAddSingleton<TrainingStatus>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ITrainingObserver, TrainingStatus>(
            services => services.GetRequiredService<TrainingStatus>()));
        builder.Services.AddHealthChecks();
        // The health checks' own way of adding has no second time without an error.
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HealthCheckServiceOptions>, TrainingHealthCheckRegistration>());
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, TrainingWorker>());
        return builder;
    }
}
