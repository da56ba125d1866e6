using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Testing.Tests;

/// <summary>A convolution as a backbone; what it does otherwise, a test says.</summary>
internal sealed class FakeBackbone : Module, IBackbone
{
    private readonly Func<FakeBackbone, Tensor, StyleCode?, Tensor> _pass;
    private readonly string[] _dormant;

    public FakeBackbone(
        Func<FakeBackbone, Tensor, StyleCode?, Tensor>? pass = null, BackboneSpec? spec = null, bool hasSpare = false, params string[] dormant)
        : base(nameof(FakeBackbone))
    {
        Spec = spec ?? new BackboneSpec(3, 1, RequiresStyle: false);
        (_pass, _dormant) = (pass ?? ((self, image, _) => self.Convolve(image)), dormant);
        Conv = Conv2d(Math.Max(1, Spec.InputChannels), Math.Max(1, Spec.OutputChannels), 3, padding: 1);
        register_module("conv", Conv);
        if (hasSpare)
            register_module("spare", Conv2d(3, 3, 1));
        Unsaved = rand(1).DetachFromDisposeScope();
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public Conv2d Conv { get; }

    /// <summary>What a pass leaves in a field.</summary>
    public Tensor? Kept { get; set; }

    /// <summary>Part of no state.</summary>
    public Tensor Unsaved { get; }

    public bool IsDormant(string stateName) => _dormant.Contains(stateName);

    public Tensor Restore(Tensor degraded, StyleCode? style) => _pass(this, degraded, style);

    public Tensor Convolve(Tensor image) => Conv.call(image);
}

/// <summary>An encoder of one convolution, from which latents and feature maps are pooled; what it does otherwise, a test says.</summary>
internal class FakeEncoder : Module, IStyleEncoder
{
    private readonly Func<FakeEncoder, Tensor, StyleCode>? _pass;
    private readonly Conv2d _conv;
    private readonly int _maps;

    public FakeEncoder(StyleSpec? spec = null, Func<FakeEncoder, Tensor, StyleCode>? pass = null, string prefix = "Style.", bool hasSpare = false, string name = "conv")
        : base(nameof(FakeEncoder))
    {
        (Spec, _pass, StatePrefix) = (spec ?? new StyleSpec([4], [new FeatureSpec(4, 2)]), pass, prefix);
        _maps = Spec.LatentSizes.Concat(Spec.Features.Select(map => map.Channels)).DefaultIfEmpty(1).Max();
        _conv = Conv2d(3, Math.Max(1, _maps), 3, padding: 1);
        register_module(name, _conv);
        if (hasSpare)
            register_module("spare", Conv2d(3, 3, 1));
        Unsaved = rand(1).DetachFromDisposeScope();
        Counter = zeros(1).DetachFromDisposeScope();
        register_buffer("counter", Counter);
    }

    public StyleSpec Spec { get; }

    public string StatePrefix { get; }

    public Module Module => this;

    public Tensor Unsaved { get; }

    public Tensor Counter { get; }

    public Tensor? Kept { get; set; }

    public virtual bool IsTrainingState(string stateName) => false;

    public StyleCode Encode(Tensor image) => _pass?.Invoke(this, image) ?? Sound(image);

    /// <summary>The style as Spec says it: means over the image, and over cells of it.</summary>
    public StyleCode Sound(Tensor image)
    {
        using var scope = NewDisposeScope();
        var maps = _conv.call(image);
        var code = new StyleCode(
            [.. Spec.LatentSizes.Select(size => maps.narrow(1, 0, size).mean([2, 3]))],
            [.. Spec.Features.Select(map => Cells(maps.narrow(1, 0, map.Channels), map.Stride))]);
        foreach (var tensor in code.Tensors())
            tensor.MoveToOuterDisposeScope();
        return code;
    }

    private static Tensor Cells(Tensor maps, int stride)
        => stride == 1 ? maps.clone() : functional.avg_pool2d(maps, stride, ceil_mode: true);
}

/// <summary>The smallest encoder that learns by contrast: a queue of eight, and followers of the convolution.</summary>
internal sealed class FakeContrast : FakeEncoder, IContrastiveStyleEncoder
{
    private const int Length = 8;

    private readonly Conv2d _key = Conv2d(3, 4, 3, padding: 1);
    private readonly Tensor _queue = randn(Length, 4).DetachFromDisposeScope();
    private readonly FakeFault _fault;
    private int _next;

    public FakeContrast(FakeFault fault = FakeFault.None)
        : base(new StyleSpec([4], []))
    {
        _fault = fault;
        register_module("key", _key);
        register_buffer("queue", _queue);
        using var noGradient = no_grad();
        if (fault != FakeFault.Unlike)
            foreach (var (follower, leader) in _key.parameters().Zip(Leaders))
                follower.copy_(leader);
        foreach (var follower in _key.parameters())
            follower.requires_grad = fault == FakeFault.Learning;
    }

    public double Momentum => 0.9;

    public IReadOnlyList<FollowedParameter> Followers => [.. Leaders.Zip(_key.parameters()).Select(pair => new FollowedParameter(pair.First, pair.Second))];

    private IEnumerable<Parameter> Leaders => named_parameters().Where(entry => entry.name.StartsWith("conv", StringComparison.Ordinal)).Select(entry => entry.parameter);

    public override bool IsTrainingState(string stateName) => stateName.StartsWith("key", StringComparison.Ordinal) || stateName == "queue";

    public ContrastiveOutput EncodePair(Tensor degraded, Tensor clean)
    {
        var query = Encode(degraded);
        var latent = query.Latents[0];
        using var scope = NewDisposeScope();
        Tensor key;
        using (set_grad_enabled(_fault == FakeFault.Learning))
            key = _key.call(clean).mean([2, 3]).MoveToOuterDisposeScope();
        using var unchanging = no_grad();
        // The batch's negatives go around the queue.
        var negatives = _queue.index_select(0, (arange(degraded.shape[0]) + _next).remainder(Length).to(int64)).MoveToOuterDisposeScope();
        if (_fault == FakeFault.Restless)
            _queue.add_(1);
        using var recording = enable_grad();
        var logits = cat([(latent * key).sum(1, keepdim: true), latent.mm(_queue.t().clone())], 1);
        if (_fault == FakeFault.Overflowing && _next > 0)
            logits = logits / 0;
        return new ContrastiveOutput(
            query, key, [negatives], logits.MoveToOuterDisposeScope(),
            (_fault == FakeFault.Mislabelling ? ones(degraded.shape[0], dtype: int64) : zeros(degraded.shape[0], dtype: int64)).MoveToOuterDisposeScope());
    }

    public void Enqueue(ContrastiveOutput output)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (_fault == FakeFault.Leaking)
            rand(1).DetachFromDisposeScope();
        var latents = output.Query.Latents[0].detach();
        for (var i = 0; i < latents.shape[0]; i++)
            _queue[(_next + i) % Length].copy_(latents[i]);
        _next = (_next + (int)latents.shape[0]) % Length;
    }
}

/// <summary>What is wrong with a <see cref="FakeContrast"/>.</summary>
internal enum FakeFault
{
    None,
    Unlike,
    Learning,
    Restless,
    Overflowing,
    Mislabelling,
    Leaking,
}

/// <summary>An injection whose points a test makes.</summary>
internal sealed class FakeInjection(Func<FeaturePointRequest, IInjectionPoint?>? feature = null, Func<LatentPointRequest, IInjectionPoint?>? latent = null, bool resamples = false)
    : IStyleInjection
{
    public bool ResamplesFeatures => resamples;

    public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => feature?.Invoke(request);

    public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => latent?.Invoke(request);
}

/// <summary>A point that does what a test says.</summary>
internal sealed class FakePoint(int added, Func<Tensor, StyleCode, Tensor> inject, params NamedModule[] modules) : IInjectionPoint
{
    public IReadOnlyList<NamedModule> Modules => modules;

    public int AddedChannels => added;

    public Tensor Inject(Tensor feature, StyleCode style) => inject(feature, style);
}

internal sealed class FakeDegradation(Func<Tensor, ulong, Tensor> apply) : IDegradation
{
    public Tensor Apply(Tensor clean, ulong seed) => apply(clean, seed);
}

internal sealed class FakeLoss(Func<Tensor, Tensor, Tensor> compute) : IRestorationLoss
{
    public Tensor Compute(Tensor restored, Tensor clean) => compute(restored, clean);
}

internal sealed class FakeContrastiveLoss(Func<ContrastiveOutput, Tensor> compute) : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => compute(output);
}

internal sealed class FakeMetric(Func<Tensor, Tensor, double> measure, MetricDirection direction = MetricDirection.LowerIsBetter) : IMetric
{
    public MetricDirection Direction => direction;

    public string Unit => "";

    public double Measure(Tensor restored, Tensor clean) => measure(restored, clean);
}

internal sealed class FakeSchedule(Func<int, double> at) : ILearningRateSchedule
{
    public double At(int iteration) => at(iteration);
}

/// <summary>Pairs that a test makes.</summary>
internal sealed class FakeDataset(Func<int, SampleRequest, (Tensor Degraded, Tensor Clean)> load, params string[] names) : IRestorationDataset
{
    public int Count => names.Length;

    public string NameOf(int index) => names[index];

    public RestorationSample Load(int index, SampleRequest request)
    {
        var (degraded, clean) = load(index, request);
        return new RestorationSample(degraded, clean, names[index]);
    }
}
