using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>Registers the learning-rate schedules.</summary>
public sealed class SchedulesPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Schedules", "0.1.0", Contract.Version, "Learning-rate schedules.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddSchedule<CosineOptions>(
            new ComponentInfo("cosine", "The base rate for a while, then half a cosine down to the least rate: the paper's schedule."),
            (options, context) => new CosineSchedule(options, context));
}
