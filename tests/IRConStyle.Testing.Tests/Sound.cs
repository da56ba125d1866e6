using IRConStyle.Abstractions;
using IRConStyle.Testing.Contracts;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Tests;

/// <summary>Components that keep their contracts, of kinds that the shipped ones are not.</summary>
internal static class Sound
{
    private static readonly StyleSpec Latents = new([4], []), Maps = new([], [new(4, 1), new(5, 3), new(6, 16)]);

    public static IReadOnlyDictionary<string, Action> Components { get; } = new Dictionary<string, Action>
    {
        ["a colour backbone"] = () => Backbone(() => new FakeBackbone()),
        ["a grey backbone"] = () => Backbone(() => new FakeBackbone(spec: new(1, 1, RequiresStyle: false))),
        ["a dual-pixel backbone"] = () => Backbone(() => new FakeBackbone(spec: new(6, 4, RequiresStyle: false) { OutputChannels = 3 })),
        ["a backbone without parameters"] = () => Backbone(() => new Identity()),
        ["a backbone with dormant parameters"] = () => Backbone(() => new FakeBackbone(hasSpare: true, dormant: ["spare.weight", "spare.bias"])),
        ["a backbone with style of latents alone"] = () => Backbone(() => Styled(style => style.Latents[0].mean([1])), Latents),
        ["a backbone with style of feature maps alone"] = () => Backbone(() => Styled(style => style.Features[2].mean([1, 2, 3])), Maps),
        ["an encoder of latents and a feature map"] = () => Encoder(new EncoderUnderTest(_ => new FakeEncoder())),
        ["an encoder without feature maps"] = () => Encoder(new EncoderUnderTest(_ => new FakeEncoder(Latents))),
        ["an encoder without latents, of other strides"] = () => Encoder(new EncoderUnderTest(_ => new FakeEncoder(Maps))),
        ["an encoder that learns by contrast"] = () => Run(ContrastiveEncoderContract.Checks, new EncoderUnderTest(_ => new FakeContrast())),
        ["an injection without points"] = () => Injection(() => new FakeInjection()),
        ["an injection that adds no channels"] = () => Injection(() => new FakeInjection(_ => new FakePoint(0, InjectionViolations.Scale), _ => new FakePoint(0, InjectionViolations.Scale))),
        ["an injection that resamples"] = () => Injection(() => new FakeInjection(Resampling, resamples: true)),
        ["a degradation that draws nothing"] = () => Run(DegradationContract.Checks, new ComponentUnderTest<IDegradation>(() => new FakeDegradation((clean, _) => clean * 0.5))),
        ["a dataset"] = () => Run(DatasetContract.Checks, new ComponentUnderTest<IRestorationDataset>(() => new FakeDataset(DatasetViolations.Load, "a.png", "b.png"))),
        ["a loss"] = () => Run(LossContract.Checks, new ComponentUnderTest<IRestorationLoss>(() => new FakeLoss((restored, clean) => nn.functional.mse_loss(restored, clean)))),
        ["a contrastive loss"] = () => Run(ContrastiveLossContract.Checks, new ComponentUnderTest<IContrastiveLoss>(() => new FakeContrastiveLoss(output => output.Logits.mean()))),
        ["a metric"] = () => Run(MetricContract.Checks, new ComponentUnderTest<IMetric>(() => new FakeMetric(MetricViolations.Error))),
        ["a schedule"] = () => Run(ScheduleContract.Checks, new ScheduleUnderTest(() => new FakeSchedule(_ => ScheduleViolations.Rate), ScheduleViolations.Rate, ScheduleViolations.Iterations)),
        ["a name and a summary"] = () => Run(DescriptionContract.Checks, new ComponentInfo("my-unet-2", "A network.")),
    };

    private static void Backbone(Func<IBackbone> create, StyleSpec? style = null) => Run(BackboneContract.Checks, new BackboneUnderTest(create, style));

    private static void Encoder(EncoderUnderTest subject) => Run(EncoderContract.Checks, subject);

    private static void Injection(Func<IStyleInjection> create) => Run(InjectionContract.Checks, new ComponentUnderTest<IStyleInjection>(create));

    private static void Run<TSubject>(IReadOnlyList<ContractCheck> checks, TSubject subject)
    {
        foreach (var check in checks)
            ((ContractCheck<TSubject>)check).Run(subject);
    }

    private static FakeBackbone Styled(Func<StyleCode, Tensor> scale) => new(
        (self, image, style) =>
        {
            using var scope = NewDisposeScope();
            return (self.Convolve(image) * (1 + scale(style!).view(-1, 1, 1, 1))).MoveToOuterDisposeScope();
        },
        new BackboneSpec(3, 1, RequiresStyle: true));

    /// <summary>Feature maps of any size, brought to that of the network's.</summary>
    private static FakePoint Resampling(FeaturePointRequest request)
    {
        var fit = nn.Conv2d(request.Source.Channels, request.Channels, 1);
        return new FakePoint(
            request.Channels,
            (feature, style) =>
            {
                using var scope = NewDisposeScope();
                var map = nn.functional.interpolate(style.Features[request.Level], size: [feature.shape[2], feature.shape[3]], mode: InterpolationMode.Nearest);
                return cat([feature, fit.call(map)], 1).MoveToOuterDisposeScope();
            },
            new NamedModule($"fit{request.Level}", fit));
    }

    private sealed class Identity() : nn.Module(nameof(Identity)), IBackbone
    {
        public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: false);

        public nn.Module Module => this;

        public Tensor Restore(Tensor degraded, StyleCode? style) => degraded.clone();
    }
}
