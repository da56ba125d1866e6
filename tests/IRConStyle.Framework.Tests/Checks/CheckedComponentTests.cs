using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Tests.Plugins;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checks;

/// <summary>What components do wrong is told where it enters the engine, with component and plugin.</summary>
public sealed class CheckedComponentTests : IDisposable
{
    private readonly ServiceProvider _services = EngineHost.Create("{}", _ => { }, [], new MisbehavingPlugin());
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    private IPipelineFactory Factory => _services.GetRequiredService<IPipelineFactory>();

    public void Dispose()
    {
        _scope.Dispose();
        _services.Dispose();
    }

    [Theory]
    [InlineData("crops", "float32 of 2×3×7×9 for an image of 2×3×8×9, where 2×3×8×9 is due")]
    [InlineData("grey", "float32 of 2×1×8×9 for an image of 2×3×8×9, where 2×3×8×9 is due")]
    [InlineData("throws", "failed when restoring: no idea (InvalidOperationException).")]
    public void A_backbone(string name, string deed)
        => ShouldBlame($"The backbone '{name}'", deed, () => Backbone(name).Restore(torch.rand(2, 3, 8, 9), null));

    [Fact]
    public void A_backbone_that_cannot_be() => ShouldBlame("The backbone 'no-channels'", "takes 0 channels", () => Backbone("no-channels"));

    [Fact]
    public void An_error_for_users_stays_as_it_is()
    {
        var error = Should.Throw<IRConStyleException>(() => Backbone("user-error").Restore(torch.rand(1, 3, 8, 8), null));
        (error.Message, error.Remedy).ShouldBe(("Too many colours.", "Use fewer."));
    }

    [Fact]
    public void Smaller_tiles_and_patches_are_advised_where_memory_ran_out_and_nowhere_else()
    {
        Should.Throw<ComponentFaultException>(() => Backbone("out-of-memory").Restore(torch.rand(1, 3, 8, 8), null))
            .Remedy.ShouldNotBeNull().ShouldContain("smaller tiles");
        Should.Throw<ComponentFaultException>(() => Backbone("throws").Restore(torch.rand(1, 3, 8, 8), null))
            .Remedy.ShouldNotBeNull().ShouldNotContain("smaller");
    }

    [Theory]
    [InlineData("short-latent", "latents of [2×3] for an image of 2×3×8×10, where [2×4] are due")]
    [InlineData("no-features", "feature maps of [] for an image of 2×3×8×10, where [2×8×4×5] are due")]
    [InlineData("coarse", "feature maps of [2×8×2×2]")]
    public void An_encoder(string name, string deed)
        => ShouldBlame($"The style encoder '{name}'", deed, () => Encoder(name).Encode(torch.rand(2, 3, 8, 10)));

    [Fact]
    public void The_training_side_of_an_encoder()
    {
        var encoder = Encoder("no-key").ShouldBeAssignableTo<IContrastiveStyleEncoder>()!;
        ShouldBlame("The style encoder 'no-key'", "positive keys of [1×4]", () => encoder.EncodePair(torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)));
        ShouldBlame("The style encoder 'no-key'", "failed when filling its queue: no queue", () => encoder.Enqueue(null!));
    }

    [Fact]
    public void An_injection()
    {
        var request = new FeaturePointRequest(0, new FeatureSpec(8, 2), 4, _ => torch.nn.ReLU());
        var point = Factory.Create<IStyleInjection>("adds-too-few").CreateFeaturePoint(request).ShouldNotBeNull();
        ShouldBlame(
            "The style injection 'adds-too-few'", "float32 of 1×9×4×4 where it adds 3 channels to a feature map, so that 1×11×4×4 is due",
            () => point.Inject(torch.rand(1, 8, 4, 4), new StyleCode([], [])));
        ShouldBlame("The style injection 'takes-away'", "adds -1 channels", () => Factory.Create<IStyleInjection>("takes-away").CreateFeaturePoint(request));
        ShouldBlame("The style injection 'takes-away'", "no bottleneck", () => Factory.Create<IStyleInjection>("takes-away").CreateLatentPoint(new(4, 8)));
    }

    [Theory]
    [InlineData("shrinks", "float32 of 3×4×8 for an image of 3×8×8, where float32 of the same size is due")]
    [InlineData("doubles", "float64 of 3×8×8")]
    [InlineData("fails", "failed when degrading an image: not today (NotSupportedException).")]
    public void A_degradation(string name, string deed)
        => ShouldBlame($"The degradation '{name}'", deed, () => Factory.CreateDegradation(ComponentOptions.Of(name)).Apply(torch.rand(3, 8, 8), 1));

    [Theory]
    [InlineData("whole-only", "float32 of 3×12×12 for 1.png, where a patch of 8×8 is due")]
    [InlineData("bytes", "byte of 3×8×8 for 1.png, where float32 of three dimensions is due")]
    [InlineData("crashes", "failed when loading 1.png: index of what? (InvalidOperationException).")]
    [InlineData("empty", "holds 0 images")]
    public void A_dataset(string name, string deed)
        => ShouldBlame($"The restoration dataset '{name}'", deed, () => Factory.CreateDataset(ComponentOptions.Of(name)).Load(1, new SampleRequest(1, 8)));

    [Theory]
    [InlineData("per-pixel", "float32 of 1×3×4×4, where a floating-point scalar is due")]
    [InlineData("constant", "without a gradient")]
    public void A_loss(string name, string deed)
    {
        var restored = torch.rand(1, 3, 4, 4).requires_grad_();
        ShouldBlame($"The restoration loss '{name}'", deed, () => Factory.CreateLoss(new LossOptions { Name = name }).Compute(restored, torch.rand(1, 3, 4, 4)));
    }

    [Fact]
    public void A_contrastive_loss()
    {
        var output = new ContrastiveOutput(new([], []), torch.rand(2, 4), [], torch.rand(2, 5), torch.zeros(2, torch.ScalarType.Int64));
        ShouldBlame(
            "The contrastive loss 'per-image'", "float32 of 2, where a floating-point scalar",
            () => Factory.CreateContrastiveLoss(new LossOptions { Name = "per-image" }).Compute(output));
    }

    [Fact]
    public void A_metric()
    {
        var metric = Factory.CreateMetric("no-number");
        ShouldBlame("The metric 'no-number'", "NaN", () => metric.Measure(torch.zeros([3, 4, 4], torch.ScalarType.Byte), torch.zeros([3, 4, 4], torch.ScalarType.Byte)));
    }

    [Theory]
    [InlineData("negative", 4, "the rate -3 for iteration 4")]
    [InlineData("endless", 3, "the rate Infinity for iteration 3")]
    public void A_schedule(string name, int iteration, string deed)
    {
        var schedule = Factory.CreateSchedule(new TrainingOptions { Schedule = ComponentOptions.Of(name) });
        schedule.At(name == "negative" ? 1 : 5).ShouldBeGreaterThanOrEqualTo(0);
        ShouldBlame($"The learning rate schedule '{name}'", deed, () => schedule.At(iteration));
    }

    [Fact]
    public void A_plugin_from_a_folder_is_told_with_it()
    {
        using var fixtures = new PluginFixtures("Good");
        using var services = fixtures.Load();
        var loss = services.GetRequiredService<IPipelineFactory>().CreateLoss(new LossOptions { Name = "fixture-loss" });
        var error = Should.Throw<ComponentFaultException>(() => loss.Compute(torch.rand(1, 3, 4, 4), torch.rand(1, 3, 4, 4)));
        error.Message.ShouldStartWith($"The restoration loss 'fixture-loss' of plugin Good ({fixtures.ReportOf("Good").Folder}) returned");
    }

    [Fact]
    public void An_answer_is_checked_once_for_each_kind_and_shape()
    {
        var backbone = new Counting();
        var guarded = CheckedComponent.Wrap<IBackbone>(backbone, new ComponentOrigin("backbone", "counting", null, null));
        guarded.Restore(torch.rand(1, 3, 4, 4), null);
        backbone.IsWrong = true;
        Should.NotThrow(() => guarded.Restore(torch.rand(1, 3, 4, 4), null), "this shape was answered rightly");
        Should.Throw<ComponentFaultException>(() => guarded.Restore(torch.rand(1, 3, 4, 5), null));
        Should.Throw<ComponentFaultException>(() => guarded.Restore(torch.rand(1, 3, 4, 4, dtype: torch.float64), null));
    }

    private IBackbone Backbone(string name)
        => Factory.CreateNetwork(new PipelineOptions { Backbone = ComponentOptions.Of(name) }, training: true).Backbone;

    private IStyleEncoder Encoder(string name) => Factory.Create<IStyleEncoder>(name, context: new EncoderContext(_services, training: true));

    private static void ShouldBlame(string component, string deed, Action action)
    {
        var error = Should.Throw<ComponentFaultException>(action);
        error.Message.ShouldStartWith($"{component} of plugin Misbehaving (part of the program) ");
        error.Message.ShouldContain(deed);
        error.Message.ShouldNotContain("native stack");
        error.Remedy.ShouldNotBeNull().ShouldContain("plugin Misbehaving");
    }

    private sealed class Counting() : torch.nn.Module(nameof(Counting)), IBackbone
    {
        public bool IsWrong { get; set; }

        public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: false);

        public torch.nn.Module Module => this;

        public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style) => IsWrong ? torch.rand(1) : degraded.clone();
    }
}
