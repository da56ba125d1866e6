using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace FfdnetPlugin;

/// <summary>The plugin: FFDNet as the backbone <c>ffdnet</c>.</summary>
public sealed class FfdnetPlugin : IRestorationPlugin
{
    public PluginInfo Info { get; } = new(
        "FfdnetPlugin", "1.0.0", Contract.Version, "FFDNet, a denoiser that is told the noise level (https://arxiv.org/abs/1710.04026).");

    public void Register(IPluginBuilder plugin) => plugin.AddBackbone<FfdnetOptions>(
        new("ffdnet", "FFDNet: removes Gaussian noise of a given level.") { ReferenceNames = ["FFDNet"] },
        (options, _) => new FfdnetNetwork(options));
}

/// <summary>Options of the backbone <c>ffdnet</c>; the defaults are its authors' for colour.</summary>
public sealed class FfdnetOptions
{
    /// <summary>Channels of the image; the authors' grey network has 1, and with it Width 64 and Depth 15.</summary>
    [Range(1, 64)]
    [ReferenceArgument("in_nc")]
    public int InputChannels { get; set; } = 3;

    /// <summary>Channels of every layer but the first and the last.</summary>
    [Range(1, 1024)]
    [ReferenceArgument("nc")]
    public int Width { get; set; } = 96;

    /// <summary>Convolutions, the first and the last included.</summary>
    [Range(2, 64)]
    [ReferenceArgument("nb")]
    public int Depth { get; set; } = 12;

    /// <summary>Standard deviation of the noise to remove, for pixels from 0 to 255; higher smooths more.</summary>
    [Range(0.0, 75.0)]
    [ReferenceArgument("sigma")]
    public double NoiseLevel { get; set; } = 25;
}
