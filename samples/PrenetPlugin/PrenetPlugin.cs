using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace PrenetPlugin;

/// <summary>The plugin: PReNet as the backbone <c>prenet</c>.</summary>
public sealed class PrenetPlugin : IRestorationPlugin
{
    public PluginInfo Info { get; } = new(
        "PrenetPlugin", "1.0.0", Contract.Version, "PReNet, progressive deraining (https://arxiv.org/abs/1901.09221).");

    public void Register(IPluginBuilder plugin) => plugin.AddBackbone<PrenetOptions>(
        new("prenet", "PReNet: removes rain in several passes of one small recurrent network.") { ReferenceNames = ["PReNet"] },
        (options, _) => new PrenetNetwork(options));
}

/// <summary>Options of the backbone <c>prenet</c>; the defaults are its authors'.</summary>
public sealed class PrenetOptions
{
    /// <summary>How often the network runs over its own result; the weights are the same each time.</summary>
    [Range(1, 64)]
    [ReferenceArgument("recurrent_iter")]
    public int Passes { get; set; } = 6;

    /// <summary>Channels of the features and of the memory; the authors' code knows 32 only.</summary>
    [Range(1, 1024)]
    [ReferenceArgument("channels")]
    public int Width { get; set; } = 32;

    /// <summary>Residual blocks of a pass; the authors' code knows 5 only.</summary>
    [Range(1, 64)]
    [ReferenceArgument("blocks")]
    public int ResidualBlocks { get; set; } = 5;
}
