using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Pipelines;

/// <summary>A plugin of the test itself, with the smallest components that make a pipeline.</summary>
internal sealed class FakePlugin : IRestorationPlugin
{
    public PluginInfo Info => new("Fake", "1.0.0", Contract.Version, "For tests");

    public void Register(IPluginBuilder plugin) => plugin
        .AddStyleEncoder<NoOptions>(new("fake-encoder", "A mean"), (_, context) => new FakeEncoder(context.Training))
        .AddStyleInjection<NoOptions>(new("paper", "None"), (_, _) => new FakeInjection())
        .AddBackbone<FakeBackboneOptions>(
            new("fake-scale", "A factor") { ReferenceNames = ["FakeNet"] }, (options, context) => new FakeBackbone(options, context))
        .AddLoss<NoOptions>(new("l1", "Mean absolute error"), (_, _) => new FakeLoss())
        .AddSchedule<FakeRampOptions>(new("fake-ramp", "A rise"), (options, context) => new FakeRamp(options, context))
        .AddMetric<NoOptions>(new("psnr", "Nothing"), (_, _) => throw new InvalidOperationException("no ruler"));
}

internal sealed class FakeBackboneOptions
{
    [Range(1, 8)]
    public int Repeat { get; set; } = 1;

    [Range(0d, 10d)]
    public double[] Factors { get; set; } = [1, 2];

    public bool RequiresStyle { get; set; }
}

internal sealed class FakeRampOptions
{
    [Range(1, 100)]
    public int Steps { get; set; } = 1;
}

internal sealed class FakeRamp(FakeRampOptions options, ScheduleContext context) : ILearningRateSchedule
{
    public double At(int iteration) => context.LearningRate * Math.Min(1, iteration / (double)options.Steps);
}

internal sealed class FakeBackbone : IBackbone
{
    private readonly ScaleModule _module;

    public FakeBackbone(FakeBackboneOptions options, BackboneContext context)
    {
        Spec = new BackboneSpec(3, 1, options.RequiresStyle || context.Style is not null);
        _module = new ScaleModule((float)options.Factors.Sum() * options.Repeat) { HasInjection = context.Injection is not null };
    }

    public BackboneSpec Spec { get; }

    public torch.nn.Module Module => _module;

    public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style)
    {
        using var scope = torch.NewDisposeScope();
        var scaled = degraded * _module.Factor;
        return (style is null ? scaled : scaled + style.Latents[0].mean()).MoveToOuterDisposeScope();
    }
}

internal sealed class FakeEncoder(bool training) : IContrastiveStyleEncoder
{
    private readonly ScaleModule _module = new(0.5f, training);

    public StyleSpec Spec { get; } = new([1], []);

    public string StatePrefix => "Style.";

    public torch.nn.Module Module => _module;

    public StyleCode Encode(torch.Tensor image) => new([image.mean([1, 2, 3]).unsqueeze(1)], []);

    public double Momentum => throw new NotSupportedException();

    public IReadOnlyList<FollowedParameter> Followers => throw new NotSupportedException();

    public void Enqueue(ContrastiveOutput output) => throw new NotSupportedException();

    public ContrastiveOutput EncodePair(torch.Tensor degraded, torch.Tensor clean) => throw new NotSupportedException();

    public bool IsTrainingState(string stateName) => stateName == "queue";
}

internal sealed class ScaleModule : torch.nn.Module
{
    public ScaleModule(float factor, bool queue = false)
        : base(nameof(ScaleModule))
    {
        Factor = torch.nn.Parameter(torch.tensor(factor));
        register_parameter("factor", Factor);
        if (queue)
            register_buffer("queue", torch.zeros(2));
    }

    public TorchSharp.Modules.Parameter Factor { get; }

    /// <summary>What the backbone was built with, for tests to look at.</summary>
    public bool HasInjection { get; init; }
}

internal sealed class FakeInjection : IStyleInjection
{
    public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => null;

    public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => null;
}

internal sealed class FakeLoss : IRestorationLoss
{
    public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean) => torch.nn.functional.l1_loss(restored, clean);
}
