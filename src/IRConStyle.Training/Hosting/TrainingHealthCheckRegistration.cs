using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IRConStyle.Training.Hosting;

/// <summary>Adds the health check of a hosted training.</summary>
internal sealed class TrainingHealthCheckRegistration : IConfigureOptions<HealthCheckServiceOptions>
{
    public void Configure(HealthCheckServiceOptions options) => options.Registrations.Add(new HealthCheckRegistration(
        TrainingHealthCheck.Name, ActivatorUtilities.GetServiceOrCreateInstance<TrainingHealthCheck>, failureStatus: null, tags: null));
}
