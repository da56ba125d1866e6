using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EveryKindPlugin;

/// <summary>The plugin: one small component of each kind.</summary>
public sealed class EveryKind : IRestorationPlugin
{
    public PluginInfo Info { get; } = new("EveryKind", "1.0.0", Contract.Version, "One small component of each kind.");

    public void Register(IPluginBuilder plugin) => plugin
        .AddBackbone<NoOptions>(new("one-convolution", "A convolution 3×3, added to the image."), (_, _) => new OneConvolution())
        .AddStyleEncoder<NoOptions>(new("mean-filters", "The means of sixteen filters as style."), (_, _) => new MeanFilters())
        .AddStyleInjection<NoOptions>(new("modulation", "Style scales the bottleneck's channels."), (_, _) => new Modulation())
        .AddDataset<PhotoOptions>(new("photos", "The images of one folder."), (options, context) => new Photos(options, context))
        .AddDegradation<DimOptions>(new("dim", "Less light."), (options, _) => new Dim(options))
        .AddLoss<NoOptions>(new("log-cosh", "Square of small errors, size of large ones."), (_, _) => new LogCosh())
        .AddContrastiveLoss<NoOptions>(new("closeness", "Distance of the style to that of the clean image."), (_, _) => new Closeness())
        .AddMetric<NoOptions>(new("rmse", "Root of the mean square error."), (_, _) => new RootMeanSquare())
        .AddSchedule<HalvingOptions>(new("halving", "Halves the rate again and again."), (options, context) => new Halving(options, context));
}

/// <summary>N×3×H×W in, the same out.</summary>
internal sealed class OneConvolution : Module, IBackbone
{
    private readonly Conv2d _filter = Conv2d(3, 3, 3, padding: 1);

    public OneConvolution()
        : base(nameof(OneConvolution)) => RegisterComponents();

    public BackboneSpec Spec { get; } = new(InputChannels: 3, SizeMultiple: 1, RequiresStyle: false);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var change = _filter.call(degraded);
        return degraded + change;
    }
}

/// <summary>One latent and no feature maps.</summary>
internal sealed class MeanFilters : Module, IStyleEncoder
{
    private readonly Conv2d _filters = Conv2d(3, 16, 3, padding: 1);

    public MeanFilters()
        : base(nameof(MeanFilters)) => RegisterComponents();

    public StyleSpec Spec { get; } = new(LatentSizes: [16], Features: []);

    public string StatePrefix => "MeanFilters.";

    public Module Module => this;

    public StyleCode Encode(Tensor image)
    {
        using var maps = _filters.call(image);
        return new StyleCode([maps.mean([2, 3])], []);
    }
}

/// <summary>Adds no channels.</summary>
internal sealed class Modulation : IStyleInjection
{
    public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => null;

    public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => new Point(request);

    private sealed class Point(LatentPointRequest request) : IInjectionPoint
    {
        private readonly Linear _scale = Linear(request.LatentSize, request.Channels);

        public IReadOnlyList<NamedModule> Modules => [new("modulation", _scale)];

        public int AddedChannels => 0;

        public Tensor Inject(Tensor feature, StyleCode style)
        {
            using var scope = NewDisposeScope();
            var scale = 1 + _scale.call(style.Latents[^1]).unsqueeze(-1).unsqueeze(-1);
            return (feature * scale).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>Options of the dataset <c>photos</c>.</summary>
public sealed class PhotoOptions
{
    /// <summary>The folder of clean images; required.</summary>
    [Required]
    public string Root { get; set; } = "";
}

internal sealed class Photos(PhotoOptions options, DatasetContext context) : IRestorationDataset
{
    private readonly string[] _files =
    [
        .. Directory.EnumerateFiles(Path.GetFullPath(options.Root, context.BaseDirectory))
            .Where(file => context.Images.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal),
    ];

    private readonly IDegradation _degradation = context.Degradation
        ?? throw new IRConStyleException("photos holds clean images, and no degradation is configured for it.", "Configure one.");

    public int Count => _files.Length;

    public string NameOf(int index) => Path.GetFileName(_files[index]);

    public RestorationSample Load(int index, SampleRequest request)
    {
        var image = context.Images.Read(_files[index]);
        var clean = image.ToRgbTensor(request.PatchSize is { } side ? Draw(image, side, request) : image.Whole);
        return new RestorationSample(_degradation.Apply(clean, request.Seed), clean, NameOf(index));
    }

    private static ImageView Draw(DecodedImage image, int side, SampleRequest request)
    {
        if (side > Math.Min(image.Height, image.Width))
            throw new IRConStyleException($"An image of {image.Width}×{image.Height} is smaller than a patch of {side}.", "Take smaller patches.");
        var random = new Random(request.Seed.GetHashCode());
        var (top, left) = (random.Next(image.Height - side + 1), random.Next(image.Width - side + 1));
        return new ImageView(top, left, side, side, FlipHorizontally: request.Augment && random.Next(2) == 1);
    }
}

/// <summary>Options of the degradation <c>dim</c>.</summary>
public sealed class DimOptions
{
    /// <summary>The least share of light that is left.</summary>
    [Range(0.0, 1.0)]
    public double Least { get; set; } = 0.2;
}

internal sealed class Dim(DimOptions options) : IDegradation
{
    public Tensor Apply(Tensor clean, ulong seed)
        => clean * (options.Least + (1 - options.Least) * new Random(seed.GetHashCode()).NextDouble());
}

internal sealed class LogCosh : IRestorationLoss
{
    public Tensor Compute(Tensor restored, Tensor clean)
    {
        using var scope = NewDisposeScope();
        return (restored - clean).cosh().log().mean().MoveToOuterDisposeScope();
    }
}

internal sealed class Closeness : IContrastiveLoss
{
    public Tensor Compute(ContrastiveOutput output) => functional.l1_loss(output.Query.Latents[^1], output.PositiveKey);
}

internal sealed class RootMeanSquare : IMetric
{
    public MetricDirection Direction => MetricDirection.LowerIsBetter;

    public string Unit => "of 255";

    public double Measure(Tensor restored, Tensor clean)
    {
        if (!restored.shape.AsSpan().SequenceEqual(clean.shape))
            throw new IRConStyleException($"rmse: {string.Join('×', restored.shape)} is compared with {string.Join('×', clean.shape)}.", "Give both the same size.");
        using var scope = NewDisposeScope();
        return (restored.to(float64) - clean.to(float64)).square().mean().sqrt().item<double>();
    }
}

/// <summary>Options of the schedule <c>halving</c>.</summary>
public sealed class HalvingOptions
{
    /// <summary>How often the rate is halved during the training.</summary>
    [Range(1, 100)]
    public int Times { get; set; } = 4;
}

internal sealed class Halving(HalvingOptions options, ScheduleContext context) : ILearningRateSchedule
{
    public double At(int iteration)
    {
        var done = (Math.Min(iteration, context.Iterations) - 1) / (double)context.Iterations;
        return context.LearningRate * Math.Pow(0.5, Math.Floor(done * (options.Times + 1)));
    }
}
