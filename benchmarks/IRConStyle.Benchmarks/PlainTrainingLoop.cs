using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Benchmarks;

/// <summary>
/// The joint step as one would write it down first: the network's plain form, TorchSharp's optimizer and clipping, average
/// and momentum encoder parameter by parameter. One dispose scope per step.
/// </summary>
internal sealed class PlainTrainingLoop : IDisposable
{
    private readonly IContrastiveStyleEncoder _encoder;
    private readonly PlainConStyleNafNet _backbone;
    private readonly TrainingLosses _losses;
    private readonly TrainingOptions _options;
    private readonly Parameter[] _parameters;
    private readonly torch.Tensor[] _averages;
    private readonly torch.optim.Optimizer _optimizer;

    public PlainTrainingLoop(RestorationNetwork network, TrainingLosses losses, TrainingOptions options, int[] blocks)
    {
        (_losses, _options) = (losses, options);
        _encoder = (IContrastiveStyleEncoder)network.Encoder!;
        _backbone = new PlainConStyleNafNet(network.Backbone.Module.state_dict(), blocks);
        _parameters = [.. network.Backbone.Module.parameters(), .. _encoder.Module.parameters().Where(parameter => parameter.requires_grad)];
        _averages = [.. _parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
        _optimizer = torch.optim.AdamW(_parameters, options.LearningRate, options.Beta1, options.Beta2, weight_decay: options.WeightDecay);
    }

    public torch.Tensor Run(torch.Tensor degraded, torch.Tensor clean)
    {
        using var scope = torch.NewDisposeScope();
        _optimizer.zero_grad();
        using (torch.no_grad())
            foreach (var pair in _encoder.Followers)
                pair.Follower.mul_(_encoder.Momentum).add_(pair.Leader, 1 - _encoder.Momentum);
        var contrast = _encoder.EncodePair(degraded, clean);
        var restored = _backbone.Restore(degraded, contrast.Query);
        var (total, values) = _losses.Compute(restored, clean, contrast);
        total.backward();
        _encoder.Enqueue(contrast);
        torch.nn.utils.clip_grad_norm_(_parameters, _options.GradientClip);
        _optimizer.step();
        using (torch.no_grad())
            for (var i = 0; i < _parameters.Length; i++)
                _averages[i].mul_(_options.EmaDecay).add_(_parameters[i], 1 - _options.EmaDecay);
        return values.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        Array.ForEach(_averages, average => average.Dispose());
    }
}
