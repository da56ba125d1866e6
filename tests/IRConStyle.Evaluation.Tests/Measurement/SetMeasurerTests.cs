using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Scoring;
using IRConStyle.Tests.Engine;
using TorchSharp;

namespace IRConStyle.Evaluation.Tests.Measurement;

[Collection(CountsTensors.Name)]
public sealed class SetMeasurerTests : IDisposable
{
    private readonly Microsoft.Extensions.DependencyInjection.ServiceProvider _services = EngineHost.Create();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Means_are_over_images_or_over_scenes()
    {
        // Two images of one scene are off by 10 levels, one of another by 40.
        var set = new SetToMeasure("set", new Flat(("one/a.png", 10), ("one/b.png", 10), ("two/a.png", 40)), [new("error", new MeanError())]);

        Measure(set).Mean["error"].ShouldBe(20, 1e-9);
        Measure(set with { Averaging = MeasurementAveraging.Scenes }).Mean["error"].ShouldBe(25, 1e-9);
        Measure(set).Deviation["error"].ShouldBe(Math.Sqrt(300), 1e-9);
        Measure(set).Images.Select(image => image.Name).ShouldBe(["one/a.png", "one/b.png", "two/a.png"]);
    }

    [Fact]
    public void A_single_image_deviates_from_nothing()
        => Measure(new SetToMeasure("set", new Flat(("a.png", 10)), [new("error", new MeanError())])).Deviation["error"].ShouldBe(0);

    [Fact]
    public void What_is_added_to_reach_a_multiple_is_scored_too()
    {
        var seen = new SizeMetric();
        var set = new SetToMeasure("set", new Flat(("a.png", 10)), [new("size", seen)]);

        Measure(set);
        Measure(set with { PadTo = 8 });

        // Restored and degraded image are each scored once a run; the image has 12×10 pixels.
        seen.Shapes.ShouldBe(["3x12x10", "3x12x10", "3x16x16", "3x16x16"]);
        Measure(set with { PadTo = 8 }).Images[0].Height.ShouldBe(12, "a report tells the image's own size");
    }

    [Fact]
    public void Grey_images_are_scored_with_one_channel_and_colour_is_refused()
    {
        var seen = new SizeMetric();
        Measure(new SetToMeasure("set", new Flat(("a.png", 10)), [new("size", seen)]) { Grey = true });
        seen.Shapes.ShouldBe(["1x12x10", "1x12x10"]);

        Should.Throw<IRConStyleException>(() => Measure(new SetToMeasure("set", new Flat(("a.png", 10)) { HasColour = true }, [new("size", seen)]) { Grey = true }))
            .Message.ShouldContain("a.png has colour");
    }

    [Fact]
    public void A_grey_image_is_degraded_as_one_channel()
    {
        using var scope = torch.NewDisposeScope();
        var channels = 0L;
        var degraded = new GreyImages.Degradation(new Observer(clean => channels = clean.shape[0])).Apply(torch.full([3, 4, 4], 0.5f), seed: 1);
        channels.ShouldBe(1);
        degraded.shape.ShouldBe([3, 4, 4]);
    }

    [Fact]
    public void Live_tensors_are_as_many_after_the_hundredth_image_as_after_the_second()
    {
        var counts = new List<long>();
        Measure(new SetToMeasure("set", new Flat([.. Enumerable.Range(0, 100).Select(index => ($"{index}.png", 10))]), [new("error", new MeanError())])
        {
            Done = _ => counts.Add(EngineHost.LiveTensors()),
        });
        counts[99].ShouldBe(counts[1]);
    }

    [Fact]
    public void Memory_is_told_as_the_largest_since_the_set_began()
    {
        PeakMemory.Reset();
        var before = PeakMemory.Read();
        before.ShouldBeGreaterThan(1 << 20);
        var block = new byte[64 << 20];
        Array.Fill(block, (byte)1);
        PeakMemory.Read().ShouldBeGreaterThan(before + (32 << 20));
        GC.KeepAlive(block);
    }

    private MeasuredSet Measure(SetToMeasure set)
    {
        using var network = _services.Network("copy");
        return new SetMeasurer(new ImageRestorer(network, torch.CPU, new InferenceOptions())).Measure(set, CancellationToken.None);
    }

    /// <summary>Images of one level whose degraded side is brighter by so many levels.</summary>
    private sealed class Flat(params (string Name, int Levels)[] images) : IRestorationDataset
    {
        public bool HasColour { get; init; }

        public int Count => images.Length;

        public string NameOf(int index) => images[index].Name;

        public RestorationSample Load(int index, SampleRequest request)
        {
            var clean = torch.full([3, 12, 10], 100 / 255f).DetachFromDisposeScope();
            if (HasColour)
                clean[0].fill_(0.1f).Dispose();
            return new RestorationSample(clean.add(images[index].Levels / 255f).DetachFromDisposeScope(), clean, images[index].Name);
        }
    }

    private sealed class SizeMetric : IMetric
    {
        public List<string> Shapes { get; } = [];

        public MetricDirection Direction => MetricDirection.HigherIsBetter;

        public string Unit => "";

        public double Measure(torch.Tensor restored, torch.Tensor clean)
        {
            restored.shape.ShouldBe(clean.shape);
            Shapes.Add(string.Join('x', restored.shape));
            return Shapes.Count;
        }
    }

    private sealed class Observer(Action<torch.Tensor> see) : IDegradation
    {
        public torch.Tensor Apply(torch.Tensor clean, ulong seed)
        {
            see(clean);
            return clean.add(0.1f);
        }
    }
}
