using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Pipelines;

/// <summary>A pipeline's encoder and backbone as one network. Owns both modules.</summary>
public sealed class RestorationNetwork : IDisposable
{
    /// <summary>Joins an encoder and a backbone.</summary>
    /// <param name="pipelineName">The pipeline's name, for messages; may be empty.</param>
    /// <param name="encoder">The style encoder; null for a backbone without style.</param>
    /// <param name="backbone">The backbone.</param>
    /// <exception cref="IRConStyleException">The backbone needs a style code and there is no encoder.</exception>
    public RestorationNetwork(string pipelineName, IStyleEncoder? encoder, IBackbone backbone)
    {
        ArgumentNullException.ThrowIfNull(pipelineName);
        ArgumentNullException.ThrowIfNull(backbone);
        if (backbone.Spec.RequiresStyle && encoder is null)
            throw new IRConStyleException(
                $"The backbone of pipeline '{pipelineName}' needs a style code, and the pipeline has no encoder.",
                "Set the pipeline's Encoder, or use a backbone without style.");
        (PipelineName, Encoder, Backbone) = (pipelineName, encoder, backbone);
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

    /// <summary>Restores images: encodes their style, if there is an encoder, and runs the backbone.</summary>
    /// <param name="degraded">
    /// N×C×H×W on the network's device, nominally in [0,1], H and W multiples of the backbone's
    /// <see cref="BackboneSpec.SizeMultiple"/>; not changed.
    /// </param>
    /// <returns>N×C×H×W, not clamped, owned by the caller; with gradient unless the caller switched it off.</returns>
    public torch.Tensor Restore(torch.Tensor degraded)
    {
        using var scope = torch.NewDisposeScope();
        // An encoder sees colours; a grey image is one whose colours are equal.
        var colour = degraded.shape[1] == 1 ? degraded.expand(-1, 3, -1, -1) : degraded;
        var style = Backbone.Spec.RequiresStyle ? Encoder?.Encode(colour) : null;
        return Backbone.Restore(degraded, style).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Backbone.Module.Dispose();
        Encoder?.Module.Dispose();
    }
}
