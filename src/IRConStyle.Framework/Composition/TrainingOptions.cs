using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Framework.Composition;

/// <summary>How a pipeline's network is trained.</summary>
public sealed class TrainingOptions
{
    /// <summary>The training images; null when the pipeline is not for training.</summary>
    public ComponentOptions? Data { get; set; }

    /// <summary>Makes degraded images from clean ones; null where the data holds both.</summary>
    public ComponentOptions? Degradation { get; set; }

    /// <summary>Losses between restored and clean images; their weighted sum is minimised.</summary>
    public LossOptions[] Losses { get; set; } = [];

    /// <summary>Losses on a contrastive encoder's output, added to the sum; empty leaves the encoder to the image losses.</summary>
    public LossOptions[] ContrastiveLosses { get; set; } = [];

    /// <summary>
    /// A checkpoint whose encoder the training starts with: of an encoder alone or of a whole pipeline. A relative path is
    /// below the program's directory; null starts with random weights.
    /// </summary>
    public string? EncoderWeights { get; set; }

    /// <summary>
    /// Optimizer steps in which the encoder learns; from then on it is frozen, and only the backbone and the image losses
    /// remain. 0 freezes it from the start; null never.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int? EncoderIterations { get; set; }

    /// <summary>Optimizer steps in all.</summary>
    [Range(1, int.MaxValue)]
    public int Iterations { get; set; } = 100_000;

    /// <summary>Images per step.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 8;

    /// <summary>Side of the square training patches, in pixels.</summary>
    [Range(8, 4096)]
    public int PatchSize { get; set; } = 128;

    /// <summary>The learning rate after warm-up and while constant.</summary>
    [Range(0d, 1d, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>The learning rate at the end of the cosine.</summary>
    [Range(0d, 1d)]
    public double MinLearningRate { get; set; } = 1e-6;

    /// <summary>Steps at the full learning rate before the cosine starts.</summary>
    [Range(0, int.MaxValue)]
    public int ConstantIterations { get; set; }

    /// <summary>Steps over which the learning rate rises from zero.</summary>
    [Range(0, int.MaxValue)]
    public int WarmupIterations { get; set; }

    /// <summary>AdamW's decoupled weight decay.</summary>
    [Range(0d, 1d)]
    public double WeightDecay { get; set; } = 1e-4;

    /// <summary>AdamW's decay of the first moment.</summary>
    [Range(0d, 1d, MaximumIsExclusive = true)]
    public double Beta1 { get; set; } = 0.9;

    /// <summary>AdamW's decay of the second moment.</summary>
    [Range(0d, 1d, MaximumIsExclusive = true)]
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Decay of the exponential moving average of the weights; 0 switches the average off.</summary>
    [Range(0d, 1d, MaximumIsExclusive = true)]
    public double EmaDecay { get; set; } = 0.999;

    /// <summary>Largest norm of the whole gradient; 0 leaves it as it is.</summary>
    [Range(0d, 1e6)]
    public double GradientClip { get; set; }

    /// <summary>Decides initial weights, order, patches and degradations: the same seed gives the same run.</summary>
    public ulong Seed { get; set; } = 100;

    /// <summary>Steps between checkpoints; 0 writes one at the end only.</summary>
    [Range(0, int.MaxValue)]
    public int SaveEvery { get; set; } = 5_000;

    /// <summary>Threads that load and degrade images.</summary>
    [Range(1, 256)]
    public int LoaderThreads { get; set; } = 1;

    /// <summary>The full path of <see cref="EncoderWeights"/>; null when there is none.</summary>
    internal string? EncoderWeightsPath
        => string.IsNullOrWhiteSpace(EncoderWeights) ? null : Path.GetFullPath(EncoderWeights, AppContext.BaseDirectory);
}

/// <summary>A loss by name, with its share in the sum.</summary>
public sealed class LossOptions : ComponentOptions
{
    /// <summary>The factor before the loss.</summary>
    [Range(0d, 1e6)]
    public double Weight { get; set; } = 1;
}
