using IRConStyle.Framework;
using IRConStyle.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using TrainingWorker;

// Paths in appsettings.json are meant from beside it, wherever a service manager starts the program.
Directory.SetCurrentDirectory(AppContext.BaseDirectory);

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddIRConStyle(builder.Configuration).AddTrainingWorker();
builder.Services.AddSingleton<IHealthCheckPublisher, HealthLog>();

// With the packages OpenTelemetry.Extensions.Hosting and OpenTelemetry.Exporter.OpenTelemetryProtocol:
// builder.Services.AddOpenTelemetry()
//     .WithMetrics(metrics => metrics.AddMeter(TrainingMeter.MeterName).AddOtlpExporter())
//     .WithTracing(tracing => tracing.AddSource(TrainingMeter.ActivitySourceName).AddOtlpExporter());

await builder.Build().RunAsync();
