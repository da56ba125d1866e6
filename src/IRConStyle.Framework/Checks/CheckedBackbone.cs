using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Checks;

/// <summary>A backbone whose output has the size of its input and the channels it promises.</summary>
internal sealed class CheckedBackbone : IBackbone
{
    private readonly IBackbone _backbone;
    private readonly ComponentOrigin _origin;
    private readonly CheckedShapes _shapes = new();

    public CheckedBackbone(IBackbone backbone, ComponentOrigin origin)
    {
        (_backbone, _origin) = (backbone, origin);
        Spec = backbone.Spec;
        if (Spec is not { InputChannels: > 0, OutputChannels: > 0, SizeMultiple: > 0 })
            throw origin.Fault($"says that it takes {Spec?.InputChannels} channels in multiples of {Spec?.SizeMultiple} pixels and returns {Spec?.OutputChannels}");
    }

    public BackboneSpec Spec { get; }

    public torch.nn.Module Module => _backbone.Module;

    public bool IsDormant(string stateName) => _backbone.IsDormant(stateName);

    public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style)
    {
        torch.Tensor restored;
        try
        {
            restored = _backbone.Restore(degraded, style);
        }
        catch (Exception exception) when (ComponentOrigin.IsUnforeseen(exception))
        {
            throw _origin.Failure(exception, "restoring");
        }

        if (_shapes.IsNew(degraded))
        {
            var (given, expected) = (degraded.shape, degraded.shape);
            expected[1] = Spec.OutputChannels;
            if (restored is null || !restored.shape.AsSpan().SequenceEqual(expected))
                throw _origin.Fault(
                    $"returned {CheckedShapes.Text(restored)} for an image of {CheckedShapes.Text(given)}, where {CheckedShapes.Text(expected)} is due");
            _shapes.Add(degraded);
        }

        return restored;
    }
}
