using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Inference;

/// <summary>How images are restored; configuration section <c>IRConStyle:Inference</c>.</summary>
public sealed class InferenceOptions
{
    /// <summary>The key of these options below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Inference";

    /// <summary>Images above this many megapixels are restored in tiles, to bound memory.</summary>
    [Range(0.01, 1000)]
    public double WholeImageMegapixels { get; set; } = 2.1;

    /// <summary>Side of a tile in pixels; rounded up to what the backbone's size has to be a multiple of.</summary>
    [Range(64, 8192)]
    public int TileSize { get; set; } = 768;

    /// <summary>Pixels a tile sees beyond its own border on each side; rounded up likewise.</summary>
    [Range(0, 512)]
    public int TileOverlap { get; set; } = 64;
}
