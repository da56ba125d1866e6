using IRConStyle.Abstractions;
using IRConStyle.Tests.Engine;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Framework.Tests.Checks;

/// <summary>Components that each break one rule of their contract.</summary>
internal sealed class MisbehavingPlugin : IRestorationPlugin
{
    public PluginInfo Info => new("Misbehaving", "1.0.0", Contract.Version, "For tests");

    public void Register(IPluginBuilder plugin) => plugin
        .AddBackbone<NoOptions>(new("throws", ""), (_, _) => new Backbone(_ => throw new InvalidOperationException("no idea\n  native stack")))
        .AddBackbone<NoOptions>(new("user-error", ""), (_, _) => new Backbone(_ => throw new IRConStyleException("Too many colours.", "Use fewer.")))
        .AddBackbone<NoOptions>(new("out-of-memory", ""), (_, _) => new Backbone(_ => zeros(1L << 60)))
        .AddBackbone<NoOptions>(new("crops", ""), (_, _) => new Backbone(image => image.narrow(2, 0, image.shape[2] - 1)))
        .AddBackbone<NoOptions>(new("grey", ""), (_, _) => new Backbone(image => image.narrow(1, 0, 1)))
        .AddBackbone<NoOptions>(new("no-channels", ""), (_, _) => new Backbone(image => image, new BackboneSpec(0, 1, false)))
        .AddStyleEncoder<NoOptions>(new("short-latent", ""), (_, _) => new Encoder(image => Style(image, latent: 3)))
        .AddStyleEncoder<NoOptions>(new("no-features", ""), (_, _) => new Encoder(image => Style(image) with { Features = [] }))
        .AddStyleEncoder<NoOptions>(new("coarse", ""), (_, _) => new Encoder(image => Style(image, stride: 4)))
        .AddStyleEncoder<NoOptions>(new("no-key", ""), (_, _) => new Encoder(image => Style(image)))
        .AddStyleInjection<NoOptions>(new("adds-too-few", ""), (_, _) => new Injection(3))
        .AddStyleInjection<NoOptions>(new("takes-away", ""), (_, _) => new Injection(-1))
        .AddDegradation<NoOptions>(new("shrinks", ""), (_, _) => new Degradation(image => image.narrow(1, 0, 4)))
        .AddDegradation<NoOptions>(new("doubles", ""), (_, _) => new Degradation(image => image.to(float64)))
        .AddDegradation<NoOptions>(new("fails", ""), (_, _) => new Degradation(_ => throw new NotSupportedException("not today")))
        .AddDataset<NoOptions>(new("whole-only", ""), (_, _) => new Dataset(_ => rand(3, 12, 12)))
        .AddDataset<NoOptions>(new("bytes", ""), (_, _) => new Dataset(patch => zeros([3, patch, patch], ScalarType.Byte)))
        .AddDataset<NoOptions>(new("crashes", ""), (_, _) => new Dataset(_ => throw new InvalidOperationException("index of what?")))
        .AddDataset<NoOptions>(new("empty", ""), (_, _) => new Dataset(patch => rand(3, patch, patch)) { Count = 0 })
        .AddLoss<NoOptions>(new("per-pixel", ""), (_, _) => new Loss((restored, clean) => (restored - clean).abs()))
        .AddLoss<NoOptions>(new("constant", ""), (_, _) => new Loss((_, _) => tensor(1f)))
        .AddContrastiveLoss<NoOptions>(new("per-image", ""), (_, _) => new ContrastiveLoss())
        .AddMetric<NoOptions>(new("no-number", ""), (_, _) => new Metric())
        .AddSchedule<NoOptions>(new("negative", ""), (_, _) => new Schedule(iteration => 1 - iteration))
        .AddSchedule<NoOptions>(new("endless", ""), (_, _) => new Schedule(iteration => 1.0 / (iteration - 3)));

    private static StyleCode Style(Tensor image, int latent = 4, int stride = 2)
        => new([rand(image.shape[0], latent)], [rand(image.shape[0], 8, image.shape[2] / stride, image.shape[3] / stride)]);

    private sealed class Backbone(Func<Tensor, Tensor> restore, BackboneSpec? spec = null) : Module(nameof(Backbone)), IBackbone
    {
        public BackboneSpec Spec { get; } = spec ?? new(3, 1, RequiresStyle: false);

        public Module Module => this;

        public Tensor Restore(Tensor degraded, StyleCode? style) => restore(degraded);
    }

    private sealed class Encoder(Func<Tensor, StyleCode> encode) : Module(nameof(Encoder)), IContrastiveStyleEncoder
    {
        public StyleSpec Spec { get; } = new([4], [new FeatureSpec(8, 2)]);

        public string StatePrefix => "Style.";

        public Module Module => this;

        public double Momentum => 0.9;

        public IReadOnlyList<FollowedParameter> Followers => [];

        public StyleCode Encode(Tensor image) => encode(image);

        public ContrastiveOutput EncodePair(Tensor degraded, Tensor clean)
            => new(encode(degraded), rand(1, 4), [], rand(degraded.shape[0], 7), zeros(degraded.shape[0], ScalarType.Int64));

        public void Enqueue(ContrastiveOutput output) => throw new NotSupportedException("no queue");
    }

    private sealed class Injection(int added) : IStyleInjection
    {
        public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => new Point(added);

        public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => throw new InvalidOperationException("no bottleneck");

        private sealed class Point(int added) : IInjectionPoint
        {
            public IReadOnlyList<NamedModule> Modules => [];

            public int AddedChannels => added;

            public Tensor Inject(Tensor feature, StyleCode style) => cat([feature, feature.narrow(1, 0, 1)], 1);
        }
    }

    private sealed class Degradation(Func<Tensor, Tensor> apply) : IDegradation
    {
        public Tensor Apply(Tensor clean, ulong seed) => apply(clean);
    }

    private sealed class Dataset(Func<int, Tensor> load) : IRestorationDataset
    {
        public int Count { get; init; } = 3;

        public string NameOf(int index) => $"{index}.png";

        public RestorationSample Load(int index, SampleRequest request)
        {
            var image = load(request.PatchSize ?? 12).DetachFromDisposeScope();
            return new RestorationSample(image.clone().DetachFromDisposeScope(), image, NameOf(index));
        }
    }

    private sealed class Loss(Func<Tensor, Tensor, Tensor> compute) : IRestorationLoss
    {
        public Tensor Compute(Tensor restored, Tensor clean) => compute(restored, clean);
    }

    private sealed class ContrastiveLoss : IContrastiveLoss
    {
        public Tensor Compute(ContrastiveOutput output) => output.Logits.sum(1);
    }

    private sealed class Metric : IMetric
    {
        public MetricDirection Direction => MetricDirection.HigherIsBetter;

        public string Unit => "";

        public double Measure(Tensor restored, Tensor clean) => double.NaN;
    }

    private sealed class Schedule(Func<int, double> rate) : ILearningRateSchedule
    {
        public double At(int iteration) => rate(iteration);
    }
}
