using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;
using TorchSharp;

namespace IRConStyle.Plugins.Tests.Datasets;

public sealed class SubImagesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StubReader _reader = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(100, 60, 40, 20, "0,0 20,0 40,0 60,0 0,20 20,20 40,20 60,20")]
    [InlineData(101, 40, 40, 40, "0,0 40,0 61,0")]
    [InlineData(40, 81, 40, 40, "0,0 0,40 0,41")]
    [InlineData(90, 20, 40, 40, "0,0 40,0 50,0")]
    public void Sub_images_cover_the_image_and_the_last_ends_at_the_border(int width, int height, int size, int step, string expected)
    {
        var subImages = SubImages.Cut(7, (width, height), size, step).ToArray();
        subImages.Select(subImage => $"{subImage.Left},{subImage.Top}").ShouldBe(expected.Split(' '));
        subImages.ShouldAllBe(subImage => subImage.Image == 7 && subImage.Width == Math.Min(size, width) && subImage.Height == Math.Min(size, height));
        var seen = new bool[width, height];
        foreach (var subImage in subImages)
            for (var y = 0; y < subImage.Height; y++)
                for (var x = 0; x < subImage.Width; x++)
                    seen[subImage.Left + x, subImage.Top + y] = true;
        seen.Cast<bool>().ShouldAllBe(pixel => pixel);
    }

    [Fact]
    public void An_image_no_larger_than_a_sub_image_stays_whole()
        => SubImages.Cut(0, (40, 30), 40, 20).ShouldHaveSingleItem().IsWhole.ShouldBeTrue();

    [Fact]
    public void Each_sub_image_is_an_image_of_its_own_with_a_name_of_its_own()
    {
        StubReader.Write(_directory.File("clean", "large.png"), 50, 100);
        StubReader.Write(_directory.File("clean", "small.png"), 30, 40);
        var dataset = Clean(size: 40, step: 30);
        string[] names = [.. Enumerable.Range(0, dataset.Count).Select(dataset.NameOf)];
        names.ShouldBe(["large.png#0,0", "large.png#30,0", "large.png#60,0", "large.png#0,10", "large.png#30,10", "large.png#60,10", "small.png"]);
        _reader.Reads.ShouldBe(0, "sizes come from headers");

        using var whole = Clean(size: 0, step: 0).Load(0, SampleRequest.Whole);
        using var subImage = dataset.Load(4, SampleRequest.Whole);
        subImage.Name.ShouldBe("large.png#30,10");
        using var expected = whole.Clean[.., 10..50, 30..70];
        subImage.Clean.ShouldEqualExactly(expected);
    }

    [Fact]
    public void Patches_lie_within_their_sub_image()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 50, 100);
        var dataset = Clean(size: 40, step: 30);
        using var subImage = dataset.Load(5, SampleRequest.Whole);
        for (var seed = 0UL; seed < 20; seed++)
        {
            var request = new SampleRequest(seed, 16, Augment: true);
            using var patch = dataset.Load(5, request);
            var view = RandomView.Draw(40, 40, request);
            using var interleaved = subImage.Clean.mul(255).round().permute(1, 2, 0).contiguous();
            var cut = new DecodedImage(40, 40, 3, 8, interleaved.data<float>().Select(value => (byte)value).ToArray());
            using var expected = cut.ToRgbTensor(view);
            patch.Clean.ShouldEqualExactly(expected);
        }
    }

    [Fact]
    public void A_patch_larger_than_its_part_shows_the_image_around_it_and_its_reflection_where_that_ends()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 50, 100);
        using var whole = Clean(size: 0, step: 0).Load(0, SampleRequest.Whole);
        using var patch = Clean(size: 40, step: 30).Load(5, new SampleRequest(0, 60));
        using var expected = torch.nn.functional.pad(whole.Clean.unsqueeze(0), [0, 0, 0, 10], PaddingModes.Reflect)[0][.., .., 40..100];
        patch.Clean.ShouldEqualExactly(expected);
    }

    [Fact]
    public void Both_images_of_a_pair_show_the_same_sub_image()
    {
        StubReader.Write(_directory.File("degraded", "a.png"), 50, 100);
        StubReader.Write(_directory.File("clean", "a.png"), 50, 100);
        var dataset = new PairedFoldersDataset(
            new() { Degraded = "degraded", Clean = "clean", SubImageSize = 40 }, Context());
        for (var i = 0; i < dataset.Count; i++)
        {
            using var sample = dataset.Load(i, new SampleRequest((ulong)i, 16, Augment: true));
            sample.Degraded.ShouldEqualExactly(sample.Clean);
        }
    }

    [Fact]
    public void An_inspection_sees_whole_images()
    {
        StubReader.Write(_directory.File("clean", "a.png"), 50, 100);
        Clean(size: 40, step: 0, inspect: true).Count.ShouldBe(1);
    }

    [Fact]
    public void A_step_that_leaves_pixels_out_is_refused()
        => new CleanFolderOptions { SubImageSize = 40, SubImageStep = 41 }
            .Validate(new(this)).ShouldHaveSingleItem().ErrorMessage.ShouldNotBeNull().ShouldContain("0 to SubImageSize (40)");

    private CleanFolderDataset Clean(int size, int step, bool inspect = false)
        => new(new() { Root = "clean", SubImageSize = size, SubImageStep = step }, Context(inspect));

    private DatasetContext Context(bool inspect = false)
        => new(new NoServices(), _reader, new StubDegradation()) { BaseDirectory = _directory.Path, IsInspection = inspect };
}
