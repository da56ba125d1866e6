using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Training.Optimization;

/// <summary>A backbone that computes in bfloat16 between float32 images.</summary>
/// <param name="backbone">The backbone; its module becomes bfloat16 and stays its owner's.</param>
internal sealed class Bf16Backbone(IBackbone backbone) : IBackbone
{
    public BackboneSpec Spec => backbone.Spec;

    public torch.nn.Module Module { get; } = backbone.Module.to(torch.ScalarType.BFloat16);

    public bool IsDormant(string stateName) => backbone.IsDormant(stateName);

    public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style)
    {
        using var scope = torch.NewDisposeScope();
        var reduced = style is null ? null : new StyleCode([.. style.Latents.Select(Reduce)], [.. style.Features.Select(Reduce)]);
        return backbone.Restore(Reduce(degraded), reduced).to(degraded.dtype).MoveToOuterDisposeScope();
    }

    private static torch.Tensor Reduce(torch.Tensor tensor) => tensor.to(torch.ScalarType.BFloat16);
}
