using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Tests.Engine;

/// <summary>The smallest encoder that learns by contrast: one convolution and a batch norm, and a momentum copy of them.</summary>
internal sealed class TinyEncoder : Module, IContrastiveStyleEncoder
{
    public const int Latent = 4;

    private readonly Conv2d _query = Conv2d(3, Latent, 3, padding: 1);
    private readonly BatchNorm2d _norm = BatchNorm2d(Latent);
    private readonly Conv2d _key = Conv2d(3, Latent, 3, padding: 1);
    private readonly Tensor _queue;
    private readonly Tensor _pointer;

    public TinyEncoder(int queueLength = 6)
        : base(nameof(TinyEncoder))
    {
        register_module("query", _query);
        register_module("norm", _norm);
        register_module("key", _key);
        register_buffer("queue", _queue = randn(queueLength, Latent).DetachFromDisposeScope());
        register_buffer("pointer", _pointer = zeros(1, ScalarType.Int64).DetachFromDisposeScope());
        using var noGrad = no_grad();
        foreach (var (leader, follower) in Followers)
        {
            follower.copy_(leader);
            follower.requires_grad = false;
        }
    }

    public StyleSpec Spec { get; } = new([Latent], []);

    public string StatePrefix => "Style.";

    public Module Module => this;

    public double Momentum => 0.9;

    public IReadOnlyList<FollowedParameter> Followers
        => [new(_query.weight!, _key.weight!), new(_query.bias!, _key.bias!)];

    public Tensor Queue => _queue;

    public bool IsTrainingState(string stateName)
        => stateName.StartsWith("key.", StringComparison.Ordinal) || stateName is "queue" or "pointer";

    public StyleCode Encode(Tensor image) => new([_norm.call(_query.call(image)).square().mean([2, 3])], []);

    public ContrastiveOutput EncodePair(Tensor degraded, Tensor clean)
    {
        var query = Encode(degraded);
        Tensor key;
        using (no_grad())
            key = _key.call(clean).square().mean([2, 3]);
        var latent = query.Latents[0];
        var logits = cat([(latent * key).sum(1, keepdim: true), latent.mm(_queue.t().clone())], 1);
        return new ContrastiveOutput(query, key, [_queue[..(int)latent.shape[0]].clone()], logits, zeros(latent.shape[0], ScalarType.Int64));
    }

    public void Enqueue(ContrastiveOutput output)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var count = output.PositiveKey.shape[0];
        _queue.index_copy_(0, arange(count, ScalarType.Int64).add_(_pointer).remainder_(_queue.shape[0]), output.Query.Latents[0].detach());
        _pointer.add_(count).remainder_(_queue.shape[0]);
    }
}

/// <summary>A backbone without batch norm whose only nonlinearity is the style's.</summary>
internal sealed class StyledBackbone : Module, IBackbone
{
    private readonly Conv2d _head = Conv2d(3, TinyEncoder.Latent, 3, padding: 1);
    private readonly Conv2d _tail = Conv2d(TinyEncoder.Latent, 3, 3, padding: 1);

    public StyledBackbone()
        : base(nameof(StyledBackbone))
    {
        register_module("head", _head);
        register_module("tail", _tail);
    }

    public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: true);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var modulation = style!.Latents[0].unsqueeze(-1).unsqueeze(-1);
        return (_tail.call(_head.call(degraded) * (1 + modulation)) + degraded).MoveToOuterDisposeScope();
    }
}

/// <summary>InfoNCE on <see cref="ContrastiveOutput.Logits"/>.</summary>
internal sealed class TellApart : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => functional.cross_entropy(output.Logits, output.Labels);
}

/// <summary>The learning rate as it is.</summary>
internal sealed class ConstantSchedule(ScheduleContext context) : ILearningRateSchedule
{
    public double At(int iteration) => context.LearningRate;
}
