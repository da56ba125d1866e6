using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Plugins.Schedules;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Plugins.Tests.Schedules;

/// <summary>The engine with the schedules alone, so that tests see a schedule as a training does.</summary>
internal sealed class ScheduleHost : IDisposable
{
    private readonly ServiceProvider _services;

    public ScheduleHost()
    {
        var services = new ServiceCollection();
        services.AddIRConStyle(new ConfigurationBuilder().Build(), setup => setup.LoadPluginDirectories = false).AddPlugin(new SchedulesPlugin());
        _services = services.BuildServiceProvider();
    }

    public ComponentCatalogue Catalogue => _services.GetRequiredService<ComponentCatalogue>();

    public ILearningRateSchedule Create(TrainingOptions training) => _services.GetRequiredService<IPipelineFactory>().CreateSchedule(training);

    public ILearningRateSchedule Create(string name, double rate, int iterations, params (string Key, object? Value)[] options)
        => Create(new TrainingOptions { Schedule = ComponentOptions.Of(name, options), LearningRate = rate, Iterations = iterations });

    public void Dispose() => _services.Dispose();
}
