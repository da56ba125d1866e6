using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Pipelines;

/// <summary>A pipeline's encoder and backbone as one network. Owns both modules.</summary>
public sealed class RestorationNetwork : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _made;

    /// <summary>Joins an encoder and a backbone.</summary>
    /// <param name="pipelineName">The pipeline's name, for messages; may be empty.</param>
    /// <param name="encoder">The style encoder; null for a backbone without style.</param>
    /// <param name="backbone">The backbone.</param>
    /// <exception cref="IRConStyleException">The backbone needs a style code and there is no encoder.</exception>
    public RestorationNetwork(string pipelineName, IStyleEncoder? encoder, IBackbone backbone)
        : this(pipelineName, encoder, backbone, [])
    {
    }

    /// <summary>Joins an encoder and a backbone, and owns what was made with them.</summary>
    internal RestorationNetwork(string pipelineName, IStyleEncoder? encoder, IBackbone backbone, IReadOnlyList<IDisposable> made)
    {
        ArgumentNullException.ThrowIfNull(pipelineName);
        ArgumentNullException.ThrowIfNull(backbone);
        if (backbone.Spec.RequiresStyle && encoder is null)
            throw new IRConStyleException(
                $"The backbone of pipeline '{pipelineName}' needs a style code, and the pipeline has no encoder.",
                "Set the pipeline's Encoder, or use a backbone without style.");
        (PipelineName, Encoder, Backbone, _made) = (pipelineName, encoder, backbone, made);
        CpuConvolutions.Keep(backbone.Module);
        if (encoder is not null)
            CpuConvolutions.Keep(encoder.Module);
    }

    /// <summary>The pipeline's name; empty for a network that stands in no configuration.</summary>
    public string PipelineName { get; }

    /// <summary>The style encoder; null for a backbone without style.</summary>
    public IStyleEncoder? Encoder { get; }

    /// <summary>The backbone.</summary>
    public IBackbone Backbone { get; }

    /// <summary>
    /// All parameters and persistent buffers under the names of a whole pipeline's checkpoint: the backbone's as they are,
    /// the encoder's behind its <see cref="IStyleEncoder.StatePrefix"/>. Always in the same order; the tensors stay the
    /// network's.
    /// </summary>
    /// <returns>Name, tensor, and whether it is needed for training only (momentum encoder, queue).</returns>
    public IEnumerable<(string Name, torch.Tensor Value, bool IsTrainingState)> State()
    {
        foreach (var (name, value) in Backbone.Module.state_dict())
            yield return (name, value, false);
        if (Encoder is null)
            yield break;
        foreach (var (name, value) in Encoder.Module.state_dict())
            yield return (Encoder.StatePrefix + name, value, Encoder.IsTrainingState(name));
    }

    /// <summary>Whether a state name, prefix included, is needed for training only; see <see cref="IStyleEncoder.IsTrainingState"/>.</summary>
    /// <param name="stateName">A name as in <see cref="State"/>, or one of a checkpoint.</param>
    public bool IsTrainingState(string stateName)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        return Encoder is not null
            && stateName.StartsWith(Encoder.StatePrefix, StringComparison.Ordinal)
            && Encoder.IsTrainingState(stateName[Encoder.StatePrefix.Length..]);
    }

    /// <summary>Moves parameters and buffers to a device; tensors of <see cref="State"/> taken before are stale then.</summary>
    /// <param name="device">The device.</param>
    public void To(torch.Device device)
    {
        Backbone.Module.to(device);
        Encoder?.Module.to(device);
    }

    /// <summary>Takes parameters and buffers out of the dispose scope that is open: they live as long as the network.</summary>
    internal void DetachFromDisposeScope()
    {
        foreach (var module in Encoder is null ? [Backbone.Module] : new[] { Backbone.Module, Encoder.Module })
        {
            foreach (var parameter in module.parameters())
                parameter.DetachFromDisposeScope();
            foreach (var (_, buffer) in module.named_buffers())
                buffer.DetachFromDisposeScope();
        }
    }

    /// <summary>Switches dropout and running statistics to training.</summary>
    public void Train()
    {
        Backbone.Module.train();
        Encoder?.Module.train();
    }

    /// <summary>Switches dropout and running statistics to evaluation.</summary>
    public void Eval()
    {
        Backbone.Module.eval();
        Encoder?.Module.eval();
    }

    /// <summary>
    /// The forward pass of restoring, training and measuring alike: encodes the style of images, where the backbone takes
    /// one, and restores them. The encoder sees a grey image as three equal channels; a backbone of three channels likewise,
    /// and one of a single channel restores the channels of a colour image one by one with the style of the whole.
    /// </summary>
    /// <param name="degraded">
    /// N×C×H×W on the network's device, nominally in [0,1]; C is 1 (grey), 3 (RGB) or what the backbone takes, H and W
    /// multiples of its <see cref="BackboneSpec.SizeMultiple"/>; not changed.
    /// </param>
    /// <param name="encode">
    /// Encodes in place of the encoder, for whoever has a style code of these images already; called with N×3×H×W, and not at
    /// all for a backbone without style.
    /// </param>
    /// <returns>
    /// M×<see cref="BackboneSpec.OutputChannels"/>×H×W, not clamped, owned by the caller; with gradient unless the caller
    /// switched it off. M is N, or N·C where channels were restored one by one.
    /// </returns>
    /// <exception cref="IRConStyleException">The images have several channels, and not as many as the network takes.</exception>
    public torch.Tensor Restore(torch.Tensor degraded, Func<torch.Tensor, StyleCode>? encode = null)
    {
        ArgumentNullException.ThrowIfNull(degraded);
        using var scope = torch.NewDisposeScope();
        var input = ImageChannels.ToBackbone(degraded, Backbone.Spec.InputChannels, PipelineName);
        var style = Backbone.Spec.RequiresStyle ? (encode ?? Encoder!.Encode)(ToEncoder(degraded)) : null;
        return Backbone.Restore(input, style is null ? null : ImageChannels.Repeat(style, input.shape[0] / degraded.shape[0])).MoveToOuterDisposeScope();
    }

    /// <summary>Images as the encoder sees them.</summary>
    /// <param name="images">N×C×H×W, grey or RGB.</param>
    /// <returns>N×3×H×W, a view or the images themselves.</returns>
    /// <exception cref="IRConStyleException">The images are neither grey nor RGB.</exception>
    public torch.Tensor ToEncoder(torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageChannels.ToEncoder(images, PipelineName);
    }

    /// <summary>What <see cref="Restore"/> should have made of clean images, for losses.</summary>
    /// <param name="clean">N×C×H×W, of the degraded images' channels.</param>
    /// <returns>M×<see cref="BackboneSpec.OutputChannels"/>×H×W, in the current dispose scope.</returns>
    public torch.Tensor ToTarget(torch.Tensor clean)
    {
        ArgumentNullException.ThrowIfNull(clean);
        return ImageChannels.ToTarget(clean, Backbone.Spec);
    }

    /// <summary>The result of <see cref="Restore"/> in the channels of the images.</summary>
    /// <param name="restored">M×<see cref="BackboneSpec.OutputChannels"/>×H×W.</param>
    /// <param name="count">N, how many images there were.</param>
    /// <param name="channels">C, how many channels each had.</param>
    /// <returns>N×C×H×W, in the current dispose scope.</returns>
    public static torch.Tensor ToImages(torch.Tensor restored, long count, long channels)
    {
        ArgumentNullException.ThrowIfNull(restored);
        return ImageChannels.ToImages(restored, count, channels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Backbone.Module.Dispose();
        Encoder?.Module.Dispose();
        foreach (var made in _made)
            made.Dispose();
    }
}
