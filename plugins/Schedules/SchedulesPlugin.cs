using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Schedules;

/// <summary>Registers the learning-rate schedules.</summary>
public sealed class SchedulesPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Schedules", "0.1.0", Contract.Version, "Learning-rate schedules.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddSchedule<NoOptions>(
            new ComponentInfo("constant", "The base rate throughout."),
            (_, context) => new ConstantSchedule(context))
        .AddSchedule<CosineOptions>(
            new ComponentInfo("cosine", "The base rate for a while, then half a cosine down to the least rate.") { ReferenceNames = ["TrueCosineAnnealingLR"] },
            (options, context) => new CosineSchedule(options, context))
        .AddSchedule<CosineRestartOptions>(
            new ComponentInfo("cosine-restart", "Half cosines one after another, down to one least rate.") { ReferenceNames = ["CosineAnnealingRestartLR"] },
            (options, context) => new CosineRestartSchedule(options, context))
        .AddSchedule<CosineCyclicOptions>(
            new ComponentInfo("cosine-cyclic", "Half cosines one after another, each down to its own least rate: the paper's schedule.")
            {
                ReferenceNames = ["CosineAnnealingRestartCyclicLR"],
            },
            (options, context) => new CosineRestartSchedule(options, context))
        .AddSchedule<MultiStepOptions>(
            new ComponentInfo("multi-step", "A rate that falls in steps, with restarts.") { ReferenceNames = ["MultiStepLR", "MultiStepRestartLR"] },
            (options, context) => new MultiStepSchedule(options, context))
        .AddSchedule<LinearOptions>(
            new ComponentInfo("linear", "A straight line from the base rate to the least rate.") { ReferenceNames = ["LinearLR"] },
            (options, context) => new LinearSchedule(options, context))
        .AddSchedule<NoOptions>(
            new ComponentInfo("vibrate", "Triangles up from zero and down again, lower and lower.") { ReferenceNames = ["VibrateLR"] },
            (_, context) => new VibrateSchedule(context));
}
