using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Tests;

internal static class BackboneViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("StatesWhatItTakes", null, "0 channels in", new BackboneSpec(0, 1, RequiresStyle: false)),
        Of("StatesWhatItTakes", null, "without an encoder", new BackboneSpec(3, 1, RequiresStyle: true)),
        Of("KeepsTheSize", (self, image, _) => self.Convolve(image).slice(3, 1, image.shape[3], 1), "2×3×1×0"),
        Of("KeepsTheSize", (self, image, _) => self.Convolve(image).to(float64), "Float64"),
        Of("KeepsTheSize", (self, image, _) => self.Convolve(image) / 0, "NaN"),
        Of("GivesTheSameTwice", (self, image, _) => self.Convolve(image) + rand_like(image), "two results"),
        Of("KeepsImagesOfABatchApart", (self, image, _) => self.Convolve(image) - image.mean(), "in a batch"),
        Of("LeavesItsInputAlone", (self, image, _) => self.Convolve(image.mul_(2)), "changes the degraded image"),
        Of("LeavesItsInputAlone", (_, image, _) => image, "itself"),
        Violations.Of<IBackbone, BackboneUnderTest>("TrainsEveryParameter", new(() => new FakeBackbone(hasSpare: true)), "spare.weight"),
        Violations.Of<IBackbone, BackboneUnderTest>("TrainsEveryParameter", new(() => new FakeBackbone(dormant: "conv.weight")), "said to be dormant"),
        Of("ComputesTheSameWithGradients", (self, image, _) => self.Convolve(image) + (is_inference_mode_enabled() ? 1 : 0), "with and without gradients"),
        Of("LoadsWhatItSaved", (self, image, _) => self.Convolve(image) * self.Unsaved, "same saved state"),
        Of("LeavesNoTensorsBehind", (self, image, _) => self.Convolve(image * 2), "left 30 tensors"),
        Of("LeavesNoTensorsBehindInTraining", (self, image, _) => self.Convolve(Kept(image * 2)), "left 12 tensors"),
        Of("WorksOnSeveralThreads", (self, image, _) =>
        {
            self.Kept = image.clone().DetachFromDisposeScope();
            Thread.Sleep(20);
            return self.Convolve(self.Kept);
        }, "two threads"),
    ];

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();

    private static Violation Of(string check, Func<FakeBackbone, Tensor, StyleCode?, Tensor>? pass, string finding, BackboneSpec? spec = null)
        => Violations.Of<IBackbone, BackboneUnderTest>(check, new(() => new FakeBackbone(pass, spec)), finding);
}

internal static class EncoderViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("StatesAStyle", null, "empty", new StyleSpec([], [])),
        Of("StatesAStyle", null, "strides 4, 2", new StyleSpec([], [new(4, 4), new(4, 2)])),
        Of("ReturnsWhatItStates", (self, image) => self.Sound(image) with { Features = [] }, "0 feature maps"),
        Of("ReturnsWhatItStates", (self, image) => Changed(self.Sound(image), map => map.narrow(2, 0, 1)), "stride 2"),
        Of("ReturnsWhatItStates", (self, image) => Changed(self.Sound(image), map => map / 0), "NaN"),
        Of("GivesTheSameTwice", (self, image) => Changed(self.Sound(image), map => map + rand_like(map)), "two style codes"),
        Of("KeepsImagesOfABatchApart", (self, image) => Changed(self.Sound(image), map => map - image.mean()), "in a batch"),
        Of("LeavesImageAndStateAlone", (self, image) => self.Sound(image.mul_(2)), "changes the image"),
        Of("LeavesImageAndStateAlone", (self, image) =>
        {
            self.Counter.add_(1);
            return self.Sound(image);
        }, "changes counter"),
        Violations.Of<IStyleEncoder, EncoderUnderTest>("TrainsEveryParameter", new(_ => new FakeEncoder(hasSpare: true)), "spare.weight"),
        Of("LoadsWhatItSaved", (self, image) => Changed(self.Sound(image), map => map * self.Unsaved), "same saved state"),
        Violations.Of<IStyleEncoder, EncoderUnderTest>("KeepsItsNamesInTraining", new(training => new FakeEncoder(name: training ? "other" : "conv")), "conv.bias"),
        Violations.Of<IStyleEncoder, EncoderUnderTest>("KeepsItsNamesInTraining", new(training => new FakeEncoder(prefix: training ? "A." : "B.")), "'B.' for restoring"),
        Of("LeavesNoTensorsBehind", (self, image) => self.Sound(image * 2), "left 30 tensors"),
        Of("WorksOnSeveralThreads", (self, image) =>
        {
            self.Kept = image.clone().DetachFromDisposeScope();
            Thread.Sleep(20);
            return self.Sound(self.Kept);
        }, "two threads"),
    ];

    private static StyleCode Changed(StyleCode code, Func<Tensor, Tensor> change) => code with { Features = [.. code.Features.Select(change)] };

    private static Violation Of(string check, Func<FakeEncoder, Tensor, StyleCode>? pass, string finding, StyleSpec? spec = null)
        => Violations.Of<IStyleEncoder, EncoderUnderTest>(check, new(_ => new FakeEncoder(spec, pass)), finding);
}

internal static class ContrastiveEncoderViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("ReturnsWhatLossesNeed", FakeFault.Mislabelling, "label is not 0"),
        Violations.Of<IContrastiveStyleEncoder, EncoderUnderTest>("ReturnsWhatLossesNeed", new(_ => new FakeEncoder()), "does not learn by contrast"),
        Of("FollowsItsLeaders", FakeFault.Unlike, "other values"),
        Of("MovesNothingWhileEncoding", FakeFault.Restless, "moves the momentum encoder or the queue"),
        Of("TakesBatchesThatDoNotDivideItsQueue", FakeFault.Overflowing, "NaN"),
        Of("TrainsItsQuerySideAlone", FakeFault.Learning, "momentum encoder and gets a gradient"),
        Of("LeavesNoTensorsBehindInTraining", FakeFault.Leaking, "left 30 tensors"),
    ];

    private static Violation Of(string check, FakeFault fault, string finding)
        => Violations.Of<IContrastiveStyleEncoder, EncoderUnderTest>(check, new(training => training ? new FakeContrast(fault) : new FakeEncoder()), finding);
}

internal static class InjectionViolations
{
    public static IEnumerable<Violation> All =>
    [
        Of("AddsTheChannelsItStates", 4, (feature, _) => feature.clone(), "2×12×16×24"),
        Of("AddsTheChannelsItStates", -1, (feature, _) => feature.clone(), "adds -1 channels"),
        Violations.Of<IStyleInjection>("NamesItsModulesOnce", () => new FakeInjection(_ => new FakePoint(0, Scale, new NamedModule("scale", nn.Linear(1, 1)))), "called scale"),
        Violations.Of<IStyleInjection>("NamesItsModulesOnce", () => new FakeInjection(latent: _ => new FakePoint(0, Scale, new NamedModule("a.b", nn.Linear(1, 1)))), "'a.b'"),
        Of("KeepsImagesOfABatchApart", 0, (feature, style) => Scale(feature, style) - feature.mean(), "in a batch"),
        Of("LeavesItsInputAlone", 0, (feature, style) => feature.mul_(2), "changes what it is given"),
        Of("TrainsEveryParameter", 0, (feature, _) => feature * 2, "the style code at the point of level 0"),
        Violations.Of<IStyleInjection>("TrainsEveryParameter", () => new FakeInjection(latent: _ => new FakePoint(0, Scale, new NamedModule("spare", nn.Linear(1, 1)))), "spare.weight"),
        Of("LeavesNoTensorsBehind", 0, (feature, style) => Scale(feature * 2, style), "left 30 tensors"),
        Violations.Of<IStyleInjection>("WorksOnSeveralThreads", () =>
        {
            Tensor? kept = null;
            return new FakeInjection(latent: _ => new FakePoint(0, (feature, style) =>
            {
                kept = feature.clone().DetachFromDisposeScope();
                Thread.Sleep(20);
                return Scale(kept, style);
            }));
        }, "two threads"),
    ];

    /// <summary>A sound way of mixing style in.</summary>
    public static Tensor Scale(Tensor feature, StyleCode style)
    {
        using var scope = NewDisposeScope();
        return (feature * (1 + style.Latents[^1].mean([1]).view(-1, 1, 1, 1))).MoveToOuterDisposeScope();
    }

    private static Violation Of(string check, int added, Func<Tensor, StyleCode, Tensor> inject, string finding)
        => Violations.Of<IStyleInjection>(check, () => new FakeInjection(_ => new FakePoint(added, inject)), finding);
}
