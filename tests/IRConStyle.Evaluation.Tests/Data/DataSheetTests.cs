using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Data;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Tests.Imaging;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Evaluation.Tests.Data;

public sealed class DataSheetTests : IDisposable
{
    private static readonly DataSelection Pairs = new() { Degraded = "/d", Clean = "/c" };
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Images_are_spread_evenly_over_the_set()
    {
        var data = Many(100);
        var sheet = Draw(data, new(Pairs) { Count = 5 });
        data.Loaded.Select(load => load.Index).ShouldBe([0, 20, 40, 60, 80]);
        sheet.Shown.ShouldBe(5);
        sheet.Problems.ShouldBeEmpty();
        // Three pairs in a row.
        sheet.Image.ShouldNotBeNull().Width.ShouldBe(2 * 16 + 3 * (2 * 208 + 2) + 2 * 14);
    }

    [Fact]
    public void Clean_images_stand_alone_and_pairs_side_by_side()
    {
        var alone = Draw(Many(1), new(Clean())).Image.ShouldNotBeNull();
        (Has(alone, 191), Has(alone, 96)).ShouldBe((true, false));
        var degraded = Draw(Many(1), new(Clean()) { Degradation = "darken" }).Image.ShouldNotBeNull();
        (Has(degraded, 191), Has(degraded, 96)).ShouldBe((true, true));
        var pair = Draw(Many(1), new(Pairs)).Image.ShouldNotBeNull();
        (Has(pair, 191), Has(pair, 64)).ShouldBe((true, true));
        // A degradation of the request's own takes the place of the degraded images.
        var replaced = Draw(Many(1), new(Pairs) { Degradation = "darken" }).Image.ShouldNotBeNull();
        (Has(replaced, 64), Has(replaced, 96)).ShouldBe((false, true));
    }

    [Fact]
    public void A_pipeline_is_shown_as_it_trains()
    {
        using var host = Many(2).Host(
            ("Pipelines:p:Backbone:Name", "copy"), ("Pipelines:p:Training:Data:Name", "clean-folder"), ("Pipelines:p:Training:Degradation:Name", "darken"));
        var sheet = host.GetRequiredService<DataSheet>().Draw(new(new DataSelection { Pipeline = "p" }), CancellationToken.None);
        Has(sheet.Image.ShouldNotBeNull(), 96).ShouldBeTrue();
    }

    [Fact]
    public void Patches_are_turned_drawn_by_the_seed_and_as_many_as_asked_for()
    {
        var data = Many(2);
        Draw(data, new(Pairs) { Count = 6, PatchSize = 16, Seed = 7 }).Shown.ShouldBe(6);
        data.Loaded.Select(load => load.Index).ShouldBe([0, 0, 0, 1, 1, 1]);
        data.Loaded.ShouldAllBe(load => load.Request.PatchSize == 16 && load.Request.Augment);
        data.Loaded.Select(load => load.Request.Seed).Distinct().Count().ShouldBe(6);

        var again = Many(2);
        Draw(again, new(Pairs) { Count = 6, PatchSize = 16, Seed = 7 });
        again.Loaded.ShouldBe(data.Loaded);
    }

    [Fact]
    public void What_cannot_be_shown_is_told_and_stops_nothing()
    {
        var data = new ScriptedData(new("a", 20, 10, Error: "a is truncated."), new("b", 20, 10));
        var sheet = Draw(data, new(Pairs with { Folders = [_directory.File("missing")] }));
        sheet.Shown.ShouldBe(1);
        sheet.Problems.Select(problem => problem.Message).ShouldBe([$"{_directory.File("missing")} is not a folder.", "a is truncated."]);
        Draw(data, new(new DataSelection { Folders = [_directory.File("missing")] })).Image.ShouldBeNull();
        Should.Throw<IRConStyleException>(() => Draw(data, new(Pairs) { Degradation = "darkn" })).Message.ShouldContain("darken");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3000, 2)]
    [InlineData(500, 500)]
    [InlineData(209, 1)]
    public void Thumbnails_of_any_size_fit(int width, int height)
    {
        var image = TestImages.Random(1, width, height, 1, 16);
        var sheet = ThumbnailSheet.Draw("ä title that is far too long for a sheet of any width " + new string('x', 200),
            [.. Enumerable.Range(0, 7).Select(i => new Thumbnail($"folder/of/a/very/long/name/that/does/not/fit/{i}.png", "1x1", [image]))]);
        sheet.Width.ShouldBe(2 * 16 + 6 * 208 + 5 * 14);
    }

    [Fact]
    public void A_large_picture_is_averaged_down_and_a_small_one_enlarged()
    {
        var checkers = new Picture(400, 200);
        for (var i = 0; i < checkers.Rgb.Length; i++)
            checkers.Rgb[i] = (byte)((i / 3 + i / 1200) % 2 * 200);
        var small = checkers.Fitted(100);
        (small.Width, small.Height).ShouldBe((100, 50));
        small.Rgb.ShouldAllBe(value => value == 100);
        var enlarged = new Picture(10, 20).Fitted(100);
        (enlarged.Width, enlarged.Height).ShouldBe((50, 100));
        new Picture(60, 20).Fitted(100).Width.ShouldBe(60);
    }

    private DataSelection Clean() => new() { Folders = [Directory.CreateDirectory(_directory.File("photos")).FullName] };

    private static ScriptedData Many(int count) => new([.. Enumerable.Range(0, count).Select(i => new ScriptedPair($"{i}.png", 60, 40))]);

    private static DrawnSheet Draw(ScriptedData data, DataSheetRequest request)
    {
        using var host = data.Host();
        return host.GetRequiredService<DataSheet>().Draw(request, CancellationToken.None);
    }

    private static bool Has(RasterImage image, int grey) => Enumerable.Range(0, image.Width * image.Height)
        .Any(i => image.Samples[3 * i] == grey && image.Samples[3 * i + 1] == grey && image.Samples[3 * i + 2] == grey);
}
