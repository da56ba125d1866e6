using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Inference;

/// <summary>How many pixels a network may restore at once.</summary>
internal static class MemoryBudget
{
    private const long Megabyte = 1 << 20;

    /// <summary>What restoring files takes by default: larger tiles gain nothing on a CPU.</summary>
    private const long ForFiles = 640 * Megabyte;

    /// <summary>Pixels of a tile.</summary>
    /// <param name="options">The budget, or the size of a tile.</param>
    /// <param name="spec">What the network keeps for each pixel.</param>
    /// <param name="isMeasured">Whether the result is scored, and is to be of the whole image if that can be.</param>
    /// <param name="atOnce">How many tiles there are at a time.</param>
    public static double Pixels(InferenceOptions options, BackboneSpec spec, bool isMeasured, int atOnce = 1)
    {
        if (options.TileSize is { } side)
            return (double)side * side;
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var bytes = options.MemoryBudget * Megabyte ?? (isMeasured ? machine / 2 : Math.Min(ForFiles, machine / 8));
        return bytes / (spec.NumbersPerPixel * sizeof(float)) / atOnce;
    }
}
