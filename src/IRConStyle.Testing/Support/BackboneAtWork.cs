using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Support;

/// <summary>A backbone with the images and style codes that fit it. Owns its module.</summary>
/// <param name="backbone">The backbone, in evaluation.</param>
/// <param name="style">The shape of the style codes; null where it was built without an encoder.</param>
internal sealed class BackboneAtWork(IBackbone backbone, StyleSpec? style) : IDisposable
{
    private StyleCode? _code;
    private long _images;

    public IBackbone Backbone => backbone;

    /// <summary>Random images of at least a size, in the channels and multiples that the backbone takes; and their style.</summary>
    public Tensor Images(long count, long height = 24, long width = 32)
    {
        using var drawn = rand(count, backbone.Spec.InputChannels, height, width);
        var images = ImagePadding.ToMultiple(drawn, backbone.Spec.SizeMultiple).contiguous();
        _code = style is not null && backbone.Spec.RequiresStyle ? StandIns.Code(style, count, images.shape[2], images.shape[3]) : null;
        _images = count;
        return images;
    }

    /// <summary>Restores all of the images drawn last.</summary>
    public Tensor Restore(Tensor images) => Restored(images, _code);

    /// <summary>Restores one of the images drawn last by itself.</summary>
    public Tensor Restore(Tensor images, int index)
        => Restored(images.narrow(0, index, 1), _code is null || _images == 1 ? _code : StandIns.Part(_code, index, 1));

    /// <summary>A network without parameters has nothing to go back through.</summary>
    public void GoBackward(Tensor loss)
    {
        if (backbone.Module.parameters().Any())
            loss.backward();
    }

    public void Dispose() => backbone.Module.Dispose();

    private Tensor Restored(Tensor images, StyleCode? code)
    {
        var restored = backbone.Restore(images, code);
        Require.That(restored is not null, "Restore returned null", "Return the restored images.");
        return restored;
    }
}
