using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Scoring;

/// <summary>Grey images, which datasets deliver with their channel repeated.</summary>
internal static class GreyImages
{
    /// <summary>The one channel of a grey image.</summary>
    /// <param name="image">C×H×W whose channels are equal.</param>
    /// <param name="name">The image, for the message.</param>
    /// <returns>A view 1×H×W, owned by the caller's scope.</returns>
    /// <exception cref="IRConStyleException">The image has colour.</exception>
    public static torch.Tensor OneChannel(torch.Tensor image, string name)
    {
        var first = image.narrow(0, 0, 1);
        for (var channel = 1; channel < image.shape[0]; channel++)
            if (first.ne(image.narrow(0, channel, 1)).any().item<bool>())
                throw new IRConStyleException($"{name} has colour; the set is measured on grey images.", "Convert its images to grey, or set Grey to false.");
        return first;
    }

    /// <summary>Degrades grey images as what they are, one channel.</summary>
    /// <param name="degradation">Degrades the channel.</param>
    public sealed class Degradation(IDegradation degradation) : IDegradation
    {
        /// <inheritdoc/>
        public torch.Tensor Apply(torch.Tensor clean, ulong seed)
        {
            using var scope = torch.NewDisposeScope();
            var channel = OneChannel(clean, "An image").contiguous();
            return degradation.Apply(channel, seed).expand(clean.shape).contiguous().MoveToOuterDisposeScope();
        }
    }
}
