using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Inference;

/// <summary>The type of number that networks restore in.</summary>
public enum InferencePrecision
{
    /// <summary>32 bits, as networks are trained and measured.</summary>
    Float32,

    /// <summary>16 bits with the range of 32; on CPUs that multiply them, and on CUDA devices.</summary>
    BFloat16,

    /// <summary>16 bits with more digits and less range; on CUDA devices.</summary>
    Float16,
}

/// <summary>How images are restored; configuration section <c>IRConStyle:Inference</c>.</summary>
public sealed class InferenceOptions
{
    /// <summary>The key of these options below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Inference";

    /// <summary>
    /// Megabytes that a network's feature maps may take. An image that needs more is restored in tiles. Without it files
    /// are restored within 640, less where the machine is small, and images that are scored within half of its memory, because
    /// scores are of whole images.
    /// </summary>
    [Range(16, 1 << 20)]
    public int? MemoryBudget { get; set; }

    /// <summary>
    /// Pixels that a tile has at most, as the side of a square of as many; images that are no larger are restored whole. Without it the
    /// memory budget decides.
    /// </summary>
    [Range(32, 16384)]
    public int? TileSize { get; set; }

    /// <summary>Pixels that neighbouring tiles share, over which one fades into the other; rounded up to what the network's sizes are multiples of.</summary>
    [Range(0, 1024)]
    public int TileOverlap { get; set; } = 32;

    /// <summary>
    /// Tiles, or images of a folder, that are restored side by side, each on its share of the threads; without it one for
    /// each thread on the CPU, and one on other devices.
    /// </summary>
    [Range(1, 256)]
    public int? Workers { get; set; }

    /// <summary>What is computed in. Half the bits are faster where the processor multiplies them, and cost a little quality.</summary>
    public InferencePrecision Precision { get; set; }

    /// <summary>Restores each image in all eight orientations and takes the mean: a little better, eight times as long.</summary>
    public bool Ensemble { get; set; }

    /// <summary>How much of the restoration to apply: 0 leaves the image as it is, 1 applies all.</summary>
    [Range(0.0, 1.0)]
    public double Strength { get; set; } = 1;

    /// <summary>How much to give back of what was removed and is finer than about two pixels, such as grain and texture.</summary>
    [Range(0.0, 1.0)]
    public double Texture { get; set; }

    internal InferenceOptions Copy() => (InferenceOptions)MemberwiseClone();
}
