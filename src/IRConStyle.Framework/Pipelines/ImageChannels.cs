using IRConStyle.Abstractions;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Pipelines;

/// <summary>
/// How grey and colour images pass through an encoder of three channels and a backbone that has a number of its own. A
/// backbone of one channel restores the channels of a colour image one by one, as images of their own.
/// </summary>
/// <remarks>All results belong to the current dispose scope; what needs no change is a view or the image itself.</remarks>
internal static class ImageChannels
{
    private const int Colours = 3;

    /// <summary>Images as an encoder sees them: it knows colours, and a grey image is one whose colours are equal.</summary>
    /// <param name="images">N×C×H×W.</param>
    /// <param name="pipeline">For messages.</param>
    /// <returns>N×3×H×W.</returns>
    /// <exception cref="IRConStyleException">The images are neither grey nor RGB.</exception>
    public static Tensor ToEncoder(Tensor images, string pipeline) => images.shape[1] switch
    {
        Colours => images,
        1 => images.expand(-1, Colours, -1, -1),
        var has => throw Unfitting(pipeline, Colours, has),
    };

    /// <summary>Images as a backbone sees them.</summary>
    /// <param name="images">N×C×H×W.</param>
    /// <param name="wants">The backbone's input channels.</param>
    /// <param name="pipeline">For messages.</param>
    /// <returns>N×wants×H×W, or N·C×1×H×W.</returns>
    /// <exception cref="IRConStyleException">The images have several channels, and not as many as the backbone takes.</exception>
    public static Tensor ToBackbone(Tensor images, int wants, string pipeline)
    {
        var has = images.shape[1];
        return has == wants ? images
            : has == 1 ? images.expand(-1, wants, -1, -1)
            : wants == 1 ? OneByOne(images)
            : throw Unfitting(pipeline, wants, has);
    }

    /// <summary>A style code for images whose channels are restored one by one, which share the style of their image.</summary>
    /// <param name="style">Of N images.</param>
    /// <param name="times">How often each image is there.</param>
    /// <returns>Of N·times images, image by image.</returns>
    public static StyleCode Repeat(StyleCode style, long times)
    {
        return times == 1 ? style : new StyleCode([.. style.Latents.Select(Each)], [.. style.Features.Select(Each)])
        {
            ClassLogits = style.ClassLogits is { } logits ? Each(logits) : null,
        };

        Tensor Each(Tensor tensor)
        {
            long[] rest = [.. Enumerable.Repeat(-1L, tensor.shape.Length - 1)];
            return tensor.unsqueeze(1).expand([-1, times, .. rest]).flatten(0, 1);
        }
    }

    /// <summary>What a backbone should have made of clean images: these in its output channels.</summary>
    /// <param name="clean">N×C×H×W.</param>
    /// <param name="spec">The backbone's channels.</param>
    /// <returns>M×OutputChannels×H×W, as the backbone's output.</returns>
    public static Tensor ToTarget(Tensor clean, BackboneSpec spec)
    {
        var seen = spec.InputChannels == 1 && clean.shape[1] > 1 ? OneByOne(clean) : clean;
        return seen.shape[1] == spec.OutputChannels ? seen
            : seen.shape[1] == 1 ? seen.expand(-1, spec.OutputChannels, -1, -1)
            : seen.mean([1], keepdim: true).expand(-1, spec.OutputChannels, -1, -1);
    }

    /// <summary>A backbone's output in the channels of the images it was made of.</summary>
    /// <param name="restored">M×O×H×W.</param>
    /// <param name="count">N.</param>
    /// <param name="channels">C.</param>
    /// <returns>N×C×H×W.</returns>
    public static Tensor ToImages(Tensor restored, long count, long channels)
    {
        if (restored.shape[0] != count)
            return restored.mean([1], keepdim: true).view(count, channels, restored.shape[2], restored.shape[3]);
        return restored.shape[1] == channels ? restored : restored.mean([1], keepdim: true).expand(-1, channels, -1, -1);
    }

    private static Tensor OneByOne(Tensor images) => images.reshape(images.shape[0] * images.shape[1], 1, images.shape[2], images.shape[3]);

    private static IRConStyleException Unfitting(string pipeline, long wants, long has) => new(
        $"Pipeline {pipeline} takes images of {wants} channels, this one has {has}.", "Choose another pipeline.");
}
