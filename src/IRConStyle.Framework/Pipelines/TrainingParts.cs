using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Pipelines;

/// <summary>How faithful a training step is to the authors' code where that differs from their paper.</summary>
public enum TrainingBehaviour
{
    /// <summary>
    /// As the paper means it: the average follows after the step and covers batch-norm statistics; a frozen encoder neither
    /// moves nor updates statistics, momentum encoder or queue.
    /// </summary>
    Paper,

    /// <summary>
    /// As the authors' code runs on torch before 2.0: the average follows before the step and leaves batch-norm statistics
    /// out; a frozen encoder keeps zero gradients, so that AdamW still moves it, and its training side goes on.
    /// </summary>
    Official,

    /// <summary>As <see cref="Official"/>, on torch 2.0 and later: a frozen encoder has no gradients and stays.</summary>
    OfficialTorch2,
}

/// <summary>The type a backbone computes in while it is trained.</summary>
public enum TrainingPrecision
{
    /// <summary>float32 throughout.</summary>
    Full,

    /// <summary>
    /// bfloat16 weights, activations and gradients of the backbone, beside float32 master weights that the optimizer moves.
    /// The encoder, its losses and all averages stay float32.
    /// </summary>
    BFloat16,
}

/// <summary>One stage of progressive training.</summary>
public sealed class PatchStage
{
    /// <summary>The first iteration it holds for, from 1.</summary>
    [Range(1, int.MaxValue)]
    public int From { get; set; } = 1;

    /// <summary>Side of the square training patches, in pixels.</summary>
    [Range(8, 4096)]
    public int PatchSize { get; set; } = 128;

    /// <summary>Images per forward pass.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 8;
}

/// <summary>MixUp: each pair of a batch is blended with another one (Zhang et al., https://arxiv.org/abs/1710.09412).</summary>
public sealed class MixUpOptions
{
    /// <summary>Both parameters of the beta distribution that shares are drawn from; large ones blend half and half.</summary>
    [Range(0.01, 100.0)]
    public double Beta { get; set; } = 1.2;

    /// <summary>The part of the batches that is blended, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double Probability { get; set; } = 0.5;
}

/// <summary>What happens when training runs away.</summary>
public sealed class DivergenceOptions
{
    /// <summary>What is done; the last good state is kept in any case.</summary>
    public DivergenceAction Action { get; set; }

    /// <summary>
    /// A sum of losses this many times the least average reported so far counts as run away; 0 counts only what is no
    /// longer a number.
    /// </summary>
    [Range(0d, 1e12)]
    public double ExplosionFactor { get; set; }

    /// <summary>What the learning rate is multiplied by for the rest of the run, each time it is rolled back.</summary>
    [Range(0d, 1d, MinimumIsExclusive = true)]
    public double RateFactor { get; set; } = 0.5;

    /// <summary>How often a run may be rolled back before it ends.</summary>
    [Range(0, 1000)]
    public int MaxRollBacks { get; set; } = 3;
}

/// <summary>What is done when training runs away.</summary>
public enum DivergenceAction
{
    /// <summary>The run ends with an error; the last checkpoint is the last good state.</summary>
    Stop,

    /// <summary>The run goes back to the last checkpoint and on from there with a lower learning rate and other samples.</summary>
    RollBack,
}

/// <summary>Validation while training.</summary>
public sealed class ValidationOptions
{
    /// <summary>The validation images.</summary>
    public ComponentOptions Data { get; set; } = new();

    /// <summary>Makes degraded images from clean ones; null takes that of the training. Data that holds both passes it over.</summary>
    public ComponentOptions? Degradation { get; set; }

    /// <summary>Steps between two validations; there is one more at the end.</summary>
    [Range(1, int.MaxValue)]
    public int Every { get; set; } = 1_000;

    /// <summary>The metric that decides which weights are the best; one of the pipeline's.</summary>
    public string Metric { get; set; } = "psnr";

    /// <summary>At most this many images, the first ones; 0 takes all.</summary>
    [Range(0, int.MaxValue)]
    public int MaxImages { get; set; }

    /// <summary>How many images are shown on the sheet of each validation.</summary>
    [Range(0, 64)]
    public int SheetImages { get; set; } = 4;
}
