using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Tests.Engine;

/// <summary>The smallest components with which the engine can train, restore and measure.</summary>
internal sealed class TinyPlugin : IRestorationPlugin
{
    public PluginInfo Info => new("Tiny", "1.0.0", Contract.Version, "For tests");

    public void Register(IPluginBuilder plugin) => plugin
        .AddBackbone<TinyOptions>(new("tiny", "Two convolutions") { ReferenceNames = ["TinyNet"], Detector = new TinyDetector() }, (options, _) => new TinyBackbone(options))
        .AddBackbone<NoOptions>(new("copy", "The input"), (_, _) => new CopyBackbone())
        .AddBackbone<NoOptions>(new("mixed", "One layer of each kind that is counted"), (_, _) => new MixedBackbone())
        .AddLoss<NoOptions>(new("square", "Mean square difference"), (_, _) => new SquareLoss(1))
        .AddLoss<NoOptions>(new("nan", "Not a number"), (_, _) => new SquareLoss(float.NaN))
        .AddContrastiveLoss<NoOptions>(new("contrast", "Never computed"), (_, _) => new NoContrast())
        .AddContrastiveLoss<NoOptions>(new("tell-apart", "InfoNCE"), (_, _) => new TellApart())
        .AddSchedule<NoOptions>(new("cosine", "A constant rate"), (_, context) => new ConstantSchedule(context))
        .AddDegradation<LevelOptions>(new("darken", "Subtracts a level"), (options, _) => new Darken(options))
        .AddDegradation<AroundOptions>(new("around", "Another degradation"), (options, context) => context.Create(options.Inner))
        .AddDataset<SyntheticOptions>(new("synthetic", "Random images"), (options, context) => new SyntheticDataset(options, context.Degradation))
        .AddDataset<SyntheticOptions>(new("broken", "Random images, the last of them broken"), (options, context) =>
        {
            options.Broken = options.Count - 1;
            return new SyntheticDataset(options, context.Degradation);
        })
        .AddMetric<NoOptions>(new("psnr", "Peak signal-to-noise ratio"), (_, _) => new Psnr())
        .AddMetric<NoOptions>(new("error", "Mean absolute difference"), (_, _) => new MeanError());
}

internal sealed class AroundOptions
{
    [ComponentContract(typeof(IDegradation))]
    public ComponentOptions Inner { get; set; } = new() { Name = "darken" };
}

internal sealed class TinyOptions
{
    [ReferenceArgument("width")]
    public int Width { get; set; } = 4;

    public int SizeMultiple { get; set; } = 1;

    public int Channels { get; set; } = 3;
}

/// <summary>What a plugin that knows the contract alone writes to recognise its own checkpoints.</summary>
internal sealed class TinyDetector : IStateDetector
{
    public string Anchor => "head.weight";

    public DetectedOptions? Detect(IStateShapes state)
        => state.Find("head.weight") is [var width, var channels, 3, 3] && state.Find("tail.weight") is not null
            ? new DetectedOptions(new TinyOptions { Width = (int)width, Channels = (int)channels }, nameof(TinyOptions.SizeMultiple))
            : null;
}

/// <summary>A receptive field of 5×5 pixels, and a batch norm for the buffers.</summary>
internal sealed class TinyBackbone : Module, IBackbone
{
    private readonly Conv2d _head;
    private readonly BatchNorm2d _norm;
    private readonly Conv2d _tail;

    public TinyBackbone(TinyOptions options)
        : base(nameof(TinyBackbone))
    {
        Spec = new BackboneSpec(options.Channels, options.SizeMultiple, RequiresStyle: false);
        register_module("head", _head = Conv2d(options.Channels, options.Width, 3, padding: 1));
        register_module("norm", _norm = BatchNorm2d(options.Width));
        register_module("tail", _tail = Conv2d(options.Width, options.Channels, 3, padding: 1, bias: false));
    }

    public BackboneSpec Spec { get; }

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        if (degraded.shape[2] % Spec.SizeMultiple != 0 || degraded.shape[3] % Spec.SizeMultiple != 0)
            throw new InvalidOperationException($"{degraded.shape[2]}×{degraded.shape[3]} is no multiple of {Spec.SizeMultiple}");
        using var scope = NewDisposeScope();
        return (_tail.call(functional.relu(_norm.call(_head.call(degraded)))) + degraded).MoveToOuterDisposeScope();
    }
}

internal sealed class CopyBackbone() : Module(nameof(CopyBackbone)), IBackbone
{
    public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: false);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style) => degraded.clone();
}

/// <summary>Strided and grouped convolution, transposed convolution, and a linear layer over channels.</summary>
internal sealed class MixedBackbone : Module, IBackbone
{
    private readonly Conv2d _down = Conv2d(3, 8, 3, stride: 2, padding: 1);
    private readonly Conv2d _grouped = Conv2d(8, 8, 3, padding: 1, groups: 8, bias: false);
    private readonly Linear _mix = Linear(8, 8);
    private readonly ConvTranspose2d _up = ConvTranspose2d(8, 3, 2, stride: 2, bias: false);

    public MixedBackbone()
        : base(nameof(MixedBackbone))
    {
        register_module("down", _down);
        register_module("grouped", _grouped);
        register_module("mix", _mix);
        register_module("up", _up);
    }

    public BackboneSpec Spec { get; } = new(3, 2, RequiresStyle: false);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var x = _grouped.call(_down.call(degraded));
        x = _mix.call(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
        return _up.call(x).MoveToOuterDisposeScope();
    }
}

internal sealed class SquareLoss(float factor) : IRestorationLoss
{
    public Tensor Compute(Tensor restored, Tensor clean)
    {
        using var scope = NewDisposeScope();
        return (restored - clean).square().mean().mul(factor).MoveToOuterDisposeScope();
    }
}

internal sealed class NoContrast : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => throw new InvalidOperationException("there is no contrastive encoder");
}

internal sealed class LevelOptions
{
    public double Sigma { get; set; } = 25.5;
}

internal sealed class Darken(LevelOptions options) : IDegradation
{
    public Tensor Apply(Tensor clean, ulong seed) => clean.sub(options.Sigma / 255);
}

internal sealed class SyntheticOptions
{
    public int Count { get; set; } = 5;

    public int Side { get; set; } = 12;

    /// <summary>The index of a broken image.</summary>
    public int Broken { get; set; } = -1;

    /// <summary>Larger ones are refused.</summary>
    public int LargestPatch { get; set; } = int.MaxValue;

    /// <summary>Where evaluation puts its clean folder.</summary>
    public string Root { get; set; } = "";

    /// <summary>Set by evaluation; the names here are of no consequence.</summary>
    public bool SeedByName { get; set; }
}

/// <summary>Images that are a function of index and seed, slower to load the lower the index.</summary>
internal sealed class SyntheticDataset(SyntheticOptions options, IDegradation? degradation) : IRestorationDataset
{

    public int Count => options.Count;

    /// <summary>Every tensor handed out.</summary>
    public List<Tensor> Handed { get; } = [];

    public string NameOf(int index) => $"{index}.png";

    public RestorationSample Load(int index, SampleRequest request)
    {
        if (index == options.Broken)
            throw new IRConStyleException($"{NameOf(index)} is no image.");
        // Some take longer than others, so that they become ready out of order.
        Thread.Sleep(Count - index);
        var side = request.PatchSize ?? options.Side;
        if (side > options.LargestPatch)
            throw new IRConStyleException($"{NameOf(index)} is too small for patches of {side} pixels.");
        using var generator = new Generator((request.Seed ^ (ulong)index) & long.MaxValue);
        var clean = rand([3, side, side], generator: generator).DetachFromDisposeScope();
        var degraded = (degradation?.Apply(clean, request.Seed) ?? clean.mul(0.5f)).DetachFromDisposeScope();
        lock (Handed)
            Handed.AddRange([clean, degraded]);
        return new RestorationSample(degraded, clean, NameOf(index));
    }
}

internal sealed class Psnr : IMetric
{
    public MetricDirection Direction => MetricDirection.HigherIsBetter;

    public string Unit => "dB";

    public double Measure(Tensor restored, Tensor clean)
    {
        using var scope = NewDisposeScope();
        var error = (restored.to(float64) - clean.to(float64)).square().mean().item<double>();
        return error == 0 ? double.PositiveInfinity : 10 * Math.Log10(255 * 255 / error);
    }
}

internal sealed class MeanError : IMetric
{
    public MetricDirection Direction => MetricDirection.LowerIsBetter;

    public string Unit => "";

    public double Measure(Tensor restored, Tensor clean)
    {
        using var scope = NewDisposeScope();
        return (restored.to(float64) - clean.to(float64)).abs().mean().item<double>();
    }
}
