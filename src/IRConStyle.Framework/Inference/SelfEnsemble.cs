using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// The mean over an image's eight orientations, each turned back. Source: geometric self-ensemble of EDSR,
/// https://arxiv.org/abs/1707.02921.
/// </summary>
internal static class SelfEnsemble
{
    private const int Orientations = 8;

    /// <summary>Restores in all orientations.</summary>
    /// <param name="image">N×C×H×W.</param>
    /// <param name="restore">Restores N×C×H×W or N×C×W×H.</param>
    /// <returns>The mean, owned by the caller.</returns>
    public static Tensor Restore(Tensor image, Func<Tensor, Tensor> restore)
    {
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (var orientation = 0; orientation < Orientations; orientation++)
        {
            using var pass = NewDisposeScope();
            var back = TurnBack(restore(Turn(image, orientation).contiguous()), orientation);
            if (sum is null)
                sum = back.contiguous().MoveToOuterDisposeScope();
            else
                sum.add_(back);
        }

        return sum!.div_(Orientations).MoveToOuterDisposeScope();
    }

    private static Tensor Turn(Tensor image, int orientation)
    {
        var transposed = (orientation & 4) == 0 ? image : image.transpose(2, 3);
        return Flip(transposed, orientation);
    }

    private static Tensor TurnBack(Tensor image, int orientation)
    {
        var flipped = Flip(image, orientation);
        return (orientation & 4) == 0 ? flipped : flipped.transpose(2, 3);
    }

    private static Tensor Flip(Tensor image, int orientation) => (orientation & 3) switch
    {
        0 => image,
        1 => image.flip(3),
        2 => image.flip(2),
        _ => image.flip(2, 3),
    };
}
