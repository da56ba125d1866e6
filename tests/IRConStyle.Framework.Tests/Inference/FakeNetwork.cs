using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Framework.Tests.Inference;

/// <summary>A network that does what a test says.</summary>
internal static class FakeNetwork
{
    public static ImageRestorer Restorer(Func<Tensor, Tensor> restore, InferenceOptions? options = null, Func<ImageRestorer>? exact = null)
        => new(Network(restore), CPU, options ?? new InferenceOptions(), exact);

    public static RestorationNetwork Network(Func<Tensor, Tensor> restore) => new("fake", null, new Backbone(restore));

    private sealed class Backbone(Func<Tensor, Tensor> restore) : Module(nameof(Backbone)), IBackbone
    {
        public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: false);

        public Module Module => this;

        public Tensor Restore(Tensor degraded, StyleCode? style) => restore(degraded);
    }
}
