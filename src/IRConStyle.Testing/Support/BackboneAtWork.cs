using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Tiling;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Support;

/// <summary>A backbone with images and style codes that fit it. Owns its module.</summary>
/// <param name="backbone">The backbone, in evaluation.</param>
/// <param name="style">The shape of the style codes; null where it was built without an encoder.</param>
internal sealed class BackboneAtWork(IBackbone backbone, StyleSpec? style) : IDisposable
{
    public IBackbone Backbone => backbone;

    /// <summary>Random images of at least a size, in the channels and multiples that the backbone takes, and their style.</summary>
    public BackboneInput Draw(long count, long height = 24, long width = 32)
    {
        using var drawn = rand(count, backbone.Spec.InputChannels, height, width);
        var images = ImagePadding.ToMultiple(drawn, backbone.Spec.SizeMultiple).contiguous();
        return new BackboneInput(
            images, style is not null && backbone.Spec.RequiresStyle ? StandIns.Code(style, count, images.shape[2], images.shape[3]) : null);
    }

    /// <summary>Restores images.</summary>
    public Tensor Restore(BackboneInput input)
    {
        var restored = backbone.Restore(input.Images, input.Style);
        Require.That(restored is not null, "Restore returned null", "Return the restored images.");
        return restored;
    }

    /// <summary>A network without parameters has nothing to go back through.</summary>
    public void GoBackward(Tensor loss)
    {
        if (backbone.Module.parameters().Any())
            loss.backward();
    }

    public void Dispose() => backbone.Module.Dispose();
}

/// <summary>What a backbone is given.</summary>
/// <param name="Images">N×C×H×W.</param>
/// <param name="Style">Their style codes; null where it takes none.</param>
internal sealed record BackboneInput(Tensor Images, StyleCode? Style)
{
    /// <summary>One of the images by itself.</summary>
    public BackboneInput this[int index] => new(Images.narrow(0, index, 1), Style is null ? null : StandIns.Part(Style, index, 1));
}
