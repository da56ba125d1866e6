using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

public sealed class GreySampleTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public GreySampleTests() => StubReader.Write(_directory.File("clean", "a.png"), 20, 30);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_grey_sample_is_the_luma_in_three_channels_with_one_degradation()
    {
        using var colour = Dataset(greyShare: 0).Load(0, new SampleRequest(5, PatchSize: 8, Augment: true));
        using var grey = Dataset(greyShare: 1).Load(0, new SampleRequest(5, PatchSize: 8, Augment: true));
        grey.Clean.shape.ShouldBe([3, 8, 8]);
        using var luma = 0.299 * colour.Clean[0] + 0.587 * colour.Clean[1] + 0.114 * colour.Clean[2];
        for (var channel = 0; channel < 3; channel++)
        {
            (grey.Clean[channel] - luma).abs().max().item<float>().ShouldBeLessThan(1e-6f);
            grey.Degraded[channel].ShouldEqualExactly(grey.Degraded[0]);
        }

        // The degradation saw one channel and its mark of the seed is in all three.
        grey.Degraded[2, 0, 0].item<float>().ShouldBe(5);
    }

    [Fact]
    public void The_share_is_kept_and_a_seed_always_decides_alike()
    {
        var dataset = Dataset(greyShare: 0.25);
        bool[] Drawn() => [.. Enumerable.Range(0, 2000).Select(seed => GreySample.IsDrawn(0.25, (ulong)seed))];
        Drawn().Count(isGrey => isGrey).ShouldBeInRange(420, 580);
        Drawn().ShouldBe(Drawn());
        var seed = (ulong)Array.IndexOf(Drawn(), true);
        using var sample = dataset.Load(0, new SampleRequest(seed));
        sample.Clean[1].ShouldEqualExactly(sample.Clean[0]);
    }

    private CleanFolderDataset Dataset(double greyShare) => new(
        new CleanFolderOptions { Root = _directory.File("clean"), GreyShare = greyShare },
        new DatasetContext(new NoServices(), new StubReader(), new StubDegradation()));
}
