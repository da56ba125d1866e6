using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>Turns a clean image into a degraded one, reproducibly.</summary>
public interface IDegradation
{
    /// <summary>Degrades an image.</summary>
    /// <param name="clean">C×H×W float32, RGB in [0,1]; not changed.</param>
    /// <param name="seed">The same seed and image give the same result, but for the last bit of mathematical functions on another system.</param>
    /// <returns>C×H×W float32, owned by the caller; values may leave [0,1] (noise is not clipped).</returns>
    torch.Tensor Apply(torch.Tensor clean, ulong seed);
}
