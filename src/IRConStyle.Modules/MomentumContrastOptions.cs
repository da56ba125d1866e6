using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>Options of an encoder that learns by momentum contrast; all of them matter for training only.</summary>
public class MomentumContrastOptions
{
    /// <summary>Length of the queue's columns: that of the latents, which the network fixes at 128.</summary>
    [Range(128, 128)]
    [ReferenceArgument("dim")]
    public int Dim { get; set; } = 128;

    /// <summary>How many latents of earlier batches serve as negatives; at least the batch size.</summary>
    [Range(1, 1 << 24)]
    [ReferenceArgument("K")]
    public int QueueLength { get; set; } = 65760;

    /// <summary>How much of itself the momentum encoder keeps in each step.</summary>
    [Range(0.0, 1.0)]
    [ReferenceArgument("m")]
    public double Momentum { get; set; } = 0.999;

    /// <summary>What similarities are divided by; smaller is sharper.</summary>
    [Range(1e-4, 1e4)]
    [ReferenceArgument("T")]
    public double Temperature { get; set; } = 0.07;

    /// <summary>Which latents become negatives.</summary>
    public QueueContent Queue { get; set; }
}

/// <summary>Which latents of a batch become the negatives of later ones.</summary>
public enum QueueContent
{
    /// <summary>The query encoder's, of degraded images: other degradations are what a clean image is told from. As the authors' code.</summary>
    Queries,

    /// <summary>The momentum encoder's, of clean images, as MoCo does.</summary>
    Keys,
}
