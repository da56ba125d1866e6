using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>Registration of networks that are a <see cref="StyledUNet"/> with blocks of their own.</summary>
public static class UNetPluginExtensions
{
    /// <summary>Registers a backbone made of <see cref="StyledUNet"/> and a family of blocks.</summary>
    /// <typeparam name="TOptions">The backbone's options; <see cref="UNetOptions"/> has the usual ones.</typeparam>
    /// <param name="plugin">The plugin being registered.</param>
    /// <param name="info">Name and summary.</param>
    /// <param name="blocks">Makes the family of blocks from validated options.</param>
    public static IPluginBuilder AddStyledUNet<TOptions>(
        this IPluginBuilder plugin, ComponentInfo info, Func<TOptions, UNetBlocks> blocks)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return plugin.AddBackbone<TOptions>(info, (options, context) => new StyledUNet(blocks(options), context));
    }
}
