using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Plugins.Datasets;
using Xunit.Abstractions;

namespace IRConStyle.Plugins.Tests.Datasets;

public class StoreSpeedTests(ITestOutputHelper output)
{
    private const int Patch = 128, Passes = 4;

    [SkippableFact]
    public void Patches_of_large_images_come_several_times_faster_from_the_store()
    {
        var root = SharedData.Shared("data", "GoPro_5");
        using var directory = new TemporaryDirectory();
        var plain = Measure(Open(root, ""), out var decoded);
        var stored = Open(root, directory.Path);
        var first = Measure(stored, out _, passes: 1);
        var rate = Measure(stored, out var patches);
        output.WriteLine(FormattableString.Invariant(
            $"pairs of {Patch}×{Patch} patches of 1280×720 images per second, one thread: decoded {plain:0.0}, while stored {first:0.0}, from the store {rate:0.0}"));
        patches.ShouldBe(decoded);
        (rate / plain).ShouldBeGreaterThan(3);
    }

    private static PairedFoldersDataset Open(string root, string store) => new(
        new() { Degraded = Path.Combine(root, "input"), Clean = Path.Combine(root, "target"), CacheMegabytes = 0, StoreDirectory = store },
        new DatasetContext(new NoServices(), new ImageReader(new ImageCodec()), null));

    private static double Measure(PairedFoldersDataset dataset, out double sum, int passes = Passes)
    {
        (var clock, sum) = (Stopwatch.StartNew(), 0);
        for (var i = 0; i < passes * dataset.Count; i++)
        {
            using var sample = dataset.Load(i % dataset.Count, new SampleRequest((ulong)i, Patch, Augment: true));
            sum += sample.Degraded.data<float>()[i] + sample.Clean.data<float>()[i];
        }

        return passes * dataset.Count / clock.Elapsed.TotalSeconds;
    }
}
