using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.General;

/// <summary>Options of the backbone <c>identity</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>Channels of the image.</summary>
    [Range(1, 64)]
    public int InputChannels { get; set; } = 3;
}

/// <summary>Restores nothing: the score of the degraded images, and a pipeline without weights to try things with.</summary>
/// <param name="options">The image's channels.</param>
internal sealed class IdentityBackbone(IdentityOptions options) : Module(nameof(IdentityBackbone)), IBackbone
{
    public BackboneSpec Spec { get; } = new(options.InputChannels, 1, RequiresStyle: false);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style) => degraded.clone();
}
