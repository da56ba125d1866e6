using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Optimization;

/// <summary>
/// One joint optimisation step of style encoder and backbone (IRConStyle, arXiv 2402.15784, section 3): the momentum
/// encoder follows, the backbone restores from the query's style code, image and contrastive losses are summed, AdamW moves
/// both networks, and the average follows. <see cref="TrainingOptions.Behaviour"/> says where the authors' code differs.
/// </summary>
/// <remarks>Nothing here makes the host wait for the device.</remarks>
public sealed class TrainingStep : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly IContrastiveStyleEncoder? _contrast;
    // Numbers handed to libtorch live in native memory until the collector frees them, and it does not see that memory: left
    // alone they lie between the large blocks of thousands of steps, which then find no room. A young collection is cheap.
    private const int StepsPerCollection = 8;

    private readonly MomentumEncoder? _momentumEncoder;
    private readonly long _backboneCount;
    private readonly IGradientReducer? _reducer;
    private readonly Parameter[] _encoderParameters;
    private bool _isEncoderFrozen;

    /// <summary>Prepares a step over every parameter that takes a gradient and is not frozen by the options.</summary>
    /// <param name="network">
    /// A network built for training, on its device; stays the caller's. Its parameters move into one buffer, and its backbone
    /// becomes bfloat16 where the options ask for it.
    /// </param>
    /// <param name="losses">The losses to minimise.</param>
    /// <param name="options">Optimizer settings.</param>
    /// <param name="reducer">Combines the gradients of several processes; null for one.</param>
    /// <exception cref="IRConStyleException">
    /// No losses, contrastive losses without a contrastive encoder, no parameters to train, or a reducer whose rank is none.
    /// </exception>
    public TrainingStep(RestorationNetwork network, TrainingLosses losses, TrainingOptions options, IGradientReducer? reducer = null)
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

        if (reducer is { Size: < 1 } || reducer?.Rank < 0 || reducer?.Rank >= reducer?.Size)
            throw new IRConStyleException(
                $"The gradient reducer {reducer.GetType().Name} says it is rank {reducer.Rank} of {reducer.Size}.",
                "Ranks are counted from 0, and there is at least one.");

        if (options.Precision is TrainingPrecision.BFloat16)
            network = new RestorationNetwork(network.PipelineName, network.Encoder, new Bf16Backbone(network.Backbone));
        (Network, _options, Losses, _reducer) = (network, options, losses, reducer);
        _contrast = network.Encoder as IContrastiveStyleEncoder;
        var trained = TrainedParameters.Of(network, options.Frozen);
        Parameters = new FlatParameters([.. trained.Backbone, .. trained.Encoder]);
        _encoderParameters = [.. trained.Encoder];
        _backboneCount = Parameters.CountOf(trained.Backbone.Count);
        _momentumEncoder = _contrast is null ? null : new MomentumEncoder(_contrast, Parameters);
        Optimizer = new FlatAdamW(Parameters, options.Beta1, options.Beta2, options.WeightDecay);
        Average = new EmaState(network, Parameters, options.EmaDecay, IsOfficial, _momentumEncoder);
        if (network.Encoder is not null && trained.IsEncoderFrozen)
            FreezeEncoder();
    }

    /// <summary>Which of the processes that train together this is, from 0.</summary>
    internal int Rank => _reducer?.Rank ?? 0;

    /// <summary>How many processes train together.</summary>
    internal int Ranks => _reducer?.Size ?? 1;

    /// <summary>The network as it is trained.</summary>
    internal RestorationNetwork Network { get; }

    /// <summary>The losses being minimised.</summary>
    public TrainingLosses Losses { get; }

    /// <summary>The trained parameters and their gradients.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The optimizer.</summary>
    public FlatAdamW Optimizer { get; }

    /// <summary>The averaged weights.</summary>
    public EmaState Average { get; }

    /// <summary>Sees what a step computed, before the optimizer moves anything: restored images and the contrastive output.</summary>
    internal Action<torch.Tensor, ContrastiveOutput?>? Computed { get; set; }

    private bool IsOfficial => _options.Behaviour is not TrainingBehaviour.Paper;

    /// <summary>
    /// Ends the encoder's learning: contrastive losses are left out, and its parameters no longer move. In the
    /// paper's behaviour its normalisation uses the statistics learned so far and its training side rests; in the official
    /// one both go on.
    /// </summary>
    public void FreezeEncoder()
    {
        if (_isEncoderFrozen || Network.Encoder is null)
            return;
        _isEncoderFrozen = true;
        EnterTraining();
        foreach (var parameter in _encoderParameters)
            parameter.requires_grad = false;
    }

    /// <summary>Lets the encoder learn again, after going back to before it was frozen. One that options freeze stays so.</summary>
    internal void ThawEncoder()
    {
        if (!_isEncoderFrozen || _encoderParameters.Length == 0)
            return;
        _isEncoderFrozen = false;
        EnterTraining();
        foreach (var parameter in _encoderParameters)
            parameter.requires_grad = true;
    }

    /// <summary>Switches the networks to training, but for a frozen encoder, as after a validation.</summary>
    public void EnterTraining()
    {
        Network.Train();
        if (_isEncoderFrozen && !IsOfficial)
            Network.Encoder?.Module.eval();
    }

    /// <summary>Runs one step on one batch.</summary>
    /// <param name="degraded">N×C×H×W on the network's device.</param>
    /// <param name="clean">N×C×H×W on the network's device.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <returns>The unweighted losses, a float tensor in the order of the losses' names, owned by the caller.</returns>
    public torch.Tensor Run(torch.Tensor degraded, torch.Tensor clean, double learningRate)
        => Run([(degraded, clean)], learningRate);

    /// <summary>Runs one step whose gradient is the mean over several batches.</summary>
    /// <param name="batches">Degraded and clean images, N×C×H×W each, on the network's device; taken one by one.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <returns>The unweighted losses, averaged, a float tensor in the order of the losses' names, owned by the caller.</returns>
    public torch.Tensor Run(IReadOnlyList<(torch.Tensor Degraded, torch.Tensor Clean)> batches, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batches);
        using var scope = torch.NewDisposeScope();
        Parameters.ZeroGradients();
        if (UsesContrast)
            _momentumEncoder!.Follow();

        torch.Tensor? losses = null;
        foreach (var (degraded, clean) in batches)
        {
            using var inner = torch.NewDisposeScope();
            var values = Accumulate(degraded, clean, 1.0 / batches.Count);
            losses = (losses is null ? values : losses + values).MoveToOuterDisposeScope();
        }

        Move(learningRate);
        if (Optimizer.Steps % StepsPerCollection == 0)
            GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        return (batches.Count == 1 ? losses! : losses! / batches.Count).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
        _momentumEncoder?.Dispose();
        Parameters.Dispose();
    }

    /// <summary>Whether the encoder's training side has something to do: somebody wants its style, or learns from its output.</summary>
    private bool UsesContrast
        => _contrast is not null && (!_isEncoderFrozen || IsOfficial) && (Network.Backbone.Spec.RequiresStyle || Losses.NeedContrast);

    /// <summary>Forward and backward: adds one batch's share to the gradients.</summary>
    private torch.Tensor Accumulate(torch.Tensor degraded, torch.Tensor clean, double share)
    {
        var contrast = UsesContrast ? _contrast!.EncodePair(Network.ToEncoder(degraded), Network.ToEncoder(clean)) : null;
        var restored = Network.Restore(degraded, contrast is null ? null : _ => contrast.Query);
        var (total, values) = Losses.Compute(restored, Network.ToTarget(clean), Losses.NeedContrast && !_isEncoderFrozen ? contrast : null);
        (share == 1 ? total : total * share).backward();
        Parameters.CollectGradients();
        if (contrast is not null)
            _contrast!.Enqueue(contrast);
        Computed?.Invoke(restored, contrast);
        return values;
    }

    private void Move(double learningRate)
    {
        _reducer?.Reduce(Parameters.Gradients.Buffer);
        // Zero gradients move a frozen encoder still, by its moments and by weight decay: the authors' code on older torch.
        var count = _isEncoderFrozen && _options.Behaviour is not TrainingBehaviour.Official
            ? _backboneCount
            : Parameters.Values.Buffer.numel();
        if (_options.GradientClip > 0)
            Optimizer.Clip(_options.GradientClip, count);
        if (IsOfficial)
            Average.Update();
        Optimizer.Step(learningRate, count);
        Parameters.Publish();
        if (!IsOfficial)
            Average.Update();
    }
}
