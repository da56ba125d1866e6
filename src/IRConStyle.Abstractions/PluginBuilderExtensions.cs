namespace IRConStyle.Abstractions;

/// <summary>Typed shorthands of <see cref="IPluginBuilder.Add"/>, one per contract.</summary>
public static class PluginBuilderExtensions
{
    /// <summary>Registers a style encoder.</summary>
    /// <typeparam name="TOptions">The encoder's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the encoder; see <see cref="EncoderContext.Training"/>.</param>
    public static IPluginBuilder AddStyleEncoder<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, EncoderContext, IStyleEncoder> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a variant of style injection.</summary>
    /// <typeparam name="TOptions">The variant's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the variant.</param>
    public static IPluginBuilder AddStyleInjection<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, ComponentContext, IStyleInjection> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a backbone.</summary>
    /// <typeparam name="TOptions">The backbone's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the backbone for the pipeline's style encoder, if there is one.</param>
    public static IPluginBuilder AddBackbone<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, BackboneContext, IBackbone> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a degradation.</summary>
    /// <typeparam name="TOptions">The degradation's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the degradation; from others, if it likes.</param>
    public static IPluginBuilder AddDegradation<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, DegradationContext, IDegradation> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a dataset.</summary>
    /// <typeparam name="TOptions">The dataset's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Opens the dataset.</param>
    public static IPluginBuilder AddDataset<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, DatasetContext, IRestorationDataset> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a loss between restored and clean images.</summary>
    /// <typeparam name="TOptions">The loss's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the loss.</param>
    public static IPluginBuilder AddLoss<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, ComponentContext, IRestorationLoss> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a loss on a contrastive encoder's output.</summary>
    /// <typeparam name="TOptions">The loss's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the loss.</param>
    public static IPluginBuilder AddContrastiveLoss<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, ComponentContext, IContrastiveLoss> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a metric.</summary>
    /// <typeparam name="TOptions">The metric's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the metric.</param>
    public static IPluginBuilder AddMetric<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, ComponentContext, IMetric> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    /// <summary>Registers a learning-rate schedule.</summary>
    /// <typeparam name="TOptions">The schedule's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Builds the schedule for a base rate and a number of iterations.</param>
    public static IPluginBuilder AddSchedule<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, ScheduleContext, ILearningRateSchedule> create)
        where TOptions : class, new() => Guard(plugin).Add(info, create);

    private static IPluginBuilder Guard(IPluginBuilder plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return plugin;
    }
}
