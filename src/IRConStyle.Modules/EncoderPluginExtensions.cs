using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>Registration of style encoders that learn by momentum contrast.</summary>
public static class EncoderPluginExtensions
{
    /// <summary>
    /// Registers an encoder: the query network alone for restoring, with momentum encoder and queue for training.
    /// </summary>
    /// <typeparam name="TOptions">The encoder's options.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="create">Makes one network with random weights.</param>
    public static IPluginBuilder AddMomentumContrast<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<StyleNetwork> create)
        where TOptions : MomentumContrastOptions, new()
    {
        ArgumentNullException.ThrowIfNull(create);
        return plugin.AddStyleEncoder<TOptions>(
            info, (options, context) => context.Training ? new MomentumContrastEncoder(options, create) : new QueryEncoder(create()));
    }
}
