using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Framework.Inference;

/// <summary>Recognises results that cannot be a restored image.</summary>
internal static class OutputGuard
{
    /// <summary>Beyond [0,1]: networks overshoot at edges, but not by more than the whole range.</summary>
    private const double Margin = 1;

    /// <summary>Judges an image.</summary>
    /// <param name="restored">C×H×W, of an input in [0,1].</param>
    /// <returns>What is wrong with it, to go behind "the result"; null when nothing is.</returns>
    public static string? Judge(Tensor restored)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (least, greatest) = (restored.amin([]).item<float>(), restored.amax([]).item<float>());
        // A number that is none passes through both.
        if (!float.IsFinite(least) || !float.IsFinite(greatest))
            return "holds values that are not numbers";
        return least < -Margin || greatest > 1 + Margin
            ? FormattableString.Invariant($"reaches from {least:g3} to {greatest:g3} instead of 0 to 1")
            : null;
    }
}
