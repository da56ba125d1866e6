using IRConStyle.Abstractions;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>
/// A network as one would write it down first: channels-first tensors, normalisation composed of elementary operations,
/// nothing in place, nothing folded. The baseline that the fast form is measured against and has to agree with.
/// </summary>
public interface IPlainForm
{
    /// <summary>Restores images.</summary>
    /// <param name="image">N×C×H×W, H and W multiples of what the network asks for.</param>
    /// <param name="style">The style code of the same images; null for a network without style.</param>
    /// <returns>N×C×H×W, owned by the caller.</returns>
    Tensor Restore(Tensor image, StyleCode? style);
}
