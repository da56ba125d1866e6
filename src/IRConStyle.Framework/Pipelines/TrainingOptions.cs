using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Pipelines;

/// <summary>How a pipeline's network is trained.</summary>
public sealed class TrainingOptions
{
    /// <summary>The schedule used when none is named.</summary>
    public const string DefaultSchedule = "cosine";

    /// <summary>The training images; null when the pipeline is not for training.</summary>
    public ComponentOptions? Data { get; set; }

    /// <summary>Makes degraded images from clean ones; null, or passed over, where the data holds both.</summary>
    public ComponentOptions? Degradation { get; set; }

    /// <summary>Losses between restored and clean images; their weighted sum is minimised.</summary>
    public LossOptions[] Losses { get; set; } = [];

    /// <summary>Losses on a contrastive encoder's output, added to the sum; empty leaves the encoder to the image losses.</summary>
    public LossOptions[] ContrastiveLosses { get; set; } = [];

    /// <summary>Whether the step does what the paper means or, bit for bit, what the authors' code does.</summary>
    public TrainingBehaviour Behaviour { get; set; }

    /// <summary>
    /// A checkpoint of the whole pipeline that the training starts from, for fine-tuning. A relative path is below the
    /// program's directory; null starts with random weights.
    /// </summary>
    public string? InitialWeights { get; set; }

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

    /// <summary>Beginnings of parameter names (encoder prefix included) that stay as they are, for example <c>ConStyle.</c>.</summary>
    public string[] Frozen { get; set; } = [];

    /// <summary>Optimizer steps in all.</summary>
    [Range(1, int.MaxValue)]
    public int Iterations { get; set; } = 100_000;

    /// <summary>Images per forward pass.</summary>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 8;

    /// <summary>Side of the square training patches, in pixels.</summary>
    [Range(8, 4096)]
    public int PatchSize { get; set; } = 128;

    /// <summary>
    /// Progressive training: from which iteration on which patch and batch size hold; before the first of them it is
    /// <see cref="PatchSize"/> and <see cref="BatchSize"/>.
    /// </summary>
    public PatchStage[] Stages { get; set; } = [];

    /// <summary>Batches whose gradients are averaged before one optimizer step.</summary>
    [Range(1, 1024)]
    public int AccumulateBatches { get; set; } = 1;

    /// <summary>The type the backbone computes in; weights, moments and averages are float32 in either case.</summary>
    public TrainingPrecision Precision { get; set; }

    /// <summary>Blends pairs of a batch; null does not.</summary>
    public MixUpOptions? MixUp { get; set; }

    /// <summary>The base learning rate.</summary>
    [Range(0d, 1d, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>How the rate changes; null is half a cosine down to 1e-6.</summary>
    public ComponentOptions? Schedule { get; set; }

    /// <summary>Steps over which the learning rate rises from zero, before the schedule's own rate holds.</summary>
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

    /// <summary>Decides order, patches and degradations, and initial weights too unless they have a seed of their own: the same seed gives the same run.</summary>
    public ulong Seed { get; set; } = 100;

    /// <summary>Decides initial weights alone, so that runs with other samples can begin with the same ones; null takes <see cref="Seed"/>.</summary>
    public ulong? WeightsSeed { get; set; }

    /// <summary>Steps between checkpoints; 0 writes one at the end and when stopped only.</summary>
    [Range(0, int.MaxValue)]
    public int SaveEvery { get; set; } = 5_000;

    /// <summary>How many of the newest checkpoints are kept.</summary>
    [Range(1, 1000)]
    public int KeepCheckpoints { get; set; } = 3;

    /// <summary>Steps between two reports of losses and speed; only then does the host wait for the device.</summary>
    [Range(1, 1_000_000)]
    public int ReportEvery { get; set; } = 20;

    /// <summary>Stops after this time (hours:minutes:seconds), with a checkpoint to continue from; null trains to the end.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Threads that load and degrade images.</summary>
    [Range(1, 256)]
    public int LoaderThreads { get; set; } = 2;

    /// <summary>How many different images may be unreadable, each left out and reported, before the run ends.</summary>
    [Range(0, int.MaxValue)]
    public int MaxUnreadableImages { get; set; } = 10;

    /// <summary>What happens when a loss is no longer a number or explodes.</summary>
    public DivergenceOptions Divergence { get; set; } = new();

    /// <summary>Scores the averaged weights while training; null does not.</summary>
    public ValidationOptions? Validation { get; set; }

    /// <summary>What degrades validation images: the validation's own degradation, else that of the training.</summary>
    internal ComponentOptions? ValidationDegradation => Validation?.Degradation ?? Degradation;

    /// <summary>The full path of <see cref="EncoderWeights"/>; null when there is none.</summary>
    internal string? EncoderWeightsPath => FullPath(EncoderWeights);

    /// <summary>The full path of <see cref="InitialWeights"/>; null when there is none.</summary>
    internal string? InitialWeightsPath => FullPath(InitialWeights);

    private static string? FullPath(string? path)
        => string.IsNullOrWhiteSpace(path) ? null : Path.GetFullPath(path, AppContext.BaseDirectory);
}

/// <summary>A loss by name, with its share in the sum.</summary>
public sealed class LossOptions : ComponentOptions
{
    /// <summary>The factor before the loss.</summary>
    [Range(0d, 1e6)]
    public double Weight { get; set; } = 1;
}
