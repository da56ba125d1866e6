using IRConStyle.Framework.Composition;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

// The namespace hosts import; the folder is where hosting lives.
namespace IRConStyle.Framework;

/// <summary>Adds a training to a host.</summary>
public static class TrainingWorkerBuilderExtensions
{
    /// <summary>
    /// Trains the pipeline of section <c>IRConStyle:Worker</c> (<see cref="TrainingWorkerOptions"/>) while the host runs, and
    /// adds the health check <c>training</c>. A host that is told to stop lets the run save a checkpoint first; the process's
    /// exit code becomes one of <see cref="TrainingExitCode"/>.
    /// </summary>
    /// <remarks>
    /// Saving takes as long as an iteration and a checkpoint take: give the host's <c>ShutdownTimeout</c> (configuration key
    /// <c>shutdownTimeoutSeconds</c>, 30 seconds by default) as much. For OpenTelemetry the run has a meter and an activity
    /// source, <see cref="Telemetry.TrainingMeter.MeterName"/> and <see cref="Telemetry.TrainingMeter.ActivitySourceName"/>.
    /// </remarks>
    /// <param name="builder">The framework's builder.</param>
    public static IIRConStyleBuilder AddTrainingWorker(this IIRConStyleBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddOptions<TrainingWorkerOptions>(TrainingWorkerOptions.SectionKey);
        builder.Services.AddSingleton<TrainingStatus>();
        builder.Services.AddSingleton<ITrainingObserver>(services => services.GetRequiredService<TrainingStatus>());
        builder.Services.AddHealthChecks().AddCheck<TrainingHealthCheck>(TrainingHealthCheck.Name);
        builder.Services.AddHostedService<TrainingWorker>();
        return builder;
    }
}
