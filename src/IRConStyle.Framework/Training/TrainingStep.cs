using IRConStyle.Abstractions;
using IRConStyle.Framework.Composition;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Framework.Training;

/// <summary>
/// One joint optimisation step of style encoder and backbone (IRConStyle, arXiv 2402.15784, section 3): the backbone
/// restores from the query's style code, image and contrastive losses are summed, AdamW moves both networks, and the
/// average follows <em>after</em> the step.
/// </summary>
public sealed class TrainingStep : IDisposable
{
    private readonly RestorationNetwork _network;
    private readonly TrainingOptions _options;
    private readonly Parameter[] _parameters;
    private readonly FlatFollowers? _followers;
    private readonly torch.optim.Optimizer _optimizer;
    private bool _isEncoderFrozen;

    /// <summary>Prepares a step over every parameter that takes a gradient.</summary>
    /// <param name="network">A network built for training, on its device; stays the caller's.</param>
    /// <param name="losses">The losses to minimise.</param>
    /// <param name="options">Optimizer settings.</param>
    /// <exception cref="IRConStyleException">
    /// No losses, contrastive losses without a contrastive encoder, or a network without parameters.
    /// </exception>
    public TrainingStep(RestorationNetwork network, TrainingLosses losses, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentNullException.ThrowIfNull(options);
        if (losses.Names.Count == 0)
            throw new IRConStyleException(
                $"Pipeline {network.PipelineName} has no losses to minimise.", "Set Training:Losses, for example to l1.");
        if (losses.NeedContrast && network.Encoder is not IContrastiveStyleEncoder)
            throw new IRConStyleException(
                $"Pipeline {network.PipelineName} has contrastive losses but no encoder that learns by contrast.",
                "Set its Encoder to a contrastive one, or empty Training:ContrastiveLosses.");

        _network = network;
        _options = options;
        Losses = losses;
        var modules = network.Encoder is null ? new[] { network.Backbone.Module } : [network.Encoder.Module, network.Backbone.Module];
        _parameters = [.. modules.SelectMany(module => module.parameters()).Where(parameter => parameter.requires_grad)];
        if (_parameters.Length == 0)
            throw new IRConStyleException(
                $"The networks of pipeline {network.PipelineName} have no parameters to train.", "Choose another backbone.");
        _followers = network.Encoder is IContrastiveStyleEncoder encoder ? new FlatFollowers(encoder) : null;
        _optimizer = torch.optim.AdamW(
            _parameters, options.LearningRate, options.Beta1, options.Beta2, weight_decay: options.WeightDecay);
        Average = new ExponentialMovingAverage(
            network.State().Where(entry => !entry.IsTrainingState).Select(entry => (entry.Name, entry.Value)), options.EmaDecay);
    }

    /// <summary>The losses being minimised.</summary>
    public TrainingLosses Losses { get; }

    /// <summary>The averaged weights.</summary>
    public ExponentialMovingAverage Average { get; }

    /// <summary>
    /// Stops the encoder's learning for good: its parameters no longer move, its normalisation uses the statistics learned
    /// so far, and contrastive losses are left out.
    /// </summary>
    public void FreezeEncoder()
    {
        if (_isEncoderFrozen || _network.Encoder is not { } encoder)
            return;
        _isEncoderFrozen = true;
        encoder.Module.eval();
        foreach (var parameter in encoder.Module.parameters())
        {
            parameter.requires_grad = false;
            parameter.grad = null;
        }
    }

    /// <summary>Runs one step.</summary>
    /// <param name="degraded">N×C×H×W on the network's device.</param>
    /// <param name="clean">N×C×H×W on the network's device.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <returns>The unweighted losses, a float tensor in the order of the losses' names, owned by the caller.</returns>
    public torch.Tensor Run(torch.Tensor degraded, torch.Tensor clean, double learningRate)
    {
        using var scope = torch.NewDisposeScope();
        foreach (var group in _optimizer.ParamGroups)
            group.LearningRate = learningRate;
        _optimizer.zero_grad();

        if (!_isEncoderFrozen)
            _followers?.Follow();
        var contrast = _isEncoderFrozen ? null : (_network.Encoder as IContrastiveStyleEncoder)?.EncodePair(degraded, clean);
        var style = contrast?.Query ?? _network.Encoder?.Encode(degraded);
        var restored = _network.Backbone.Restore(degraded, _network.Backbone.Spec.RequiresStyle ? style : null);
        var (total, values) = Losses.Compute(restored, clean, Losses.NeedContrast ? contrast : null);
        total.backward();
        if (contrast is not null)
            ((IContrastiveStyleEncoder)_network.Encoder!).Enqueue(contrast);
        if (_options.GradientClip > 0)
            torch.nn.utils.clip_grad_norm_(_parameters, _options.GradientClip);
        _optimizer.step();
        Average.Update();
        return values.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Average.Dispose();
        _followers?.Dispose();
        _optimizer.Dispose();
    }
}
