using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Inference;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Inference;

public sealed class RestorePlanTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create();

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("photo.png", "photo_restored.png")]
    [InlineData("photo.JPG", "photo_restored.JPG")]
    [InlineData("scan.bmp", "scan_restored.png")]
    public void Without_an_output_a_file_is_written_beside_its_input(string name, string expected)
        => Plan([Touch(name)], null).Jobs.Single().Output.ShouldBe(In(expected));

    [Fact]
    public void Without_an_output_a_folder_gets_a_folder_beside_it()
    {
        Touch("album/a.png");
        Touch("album/trip/b.jpg");
        Plan([In("album") + Path.DirectorySeparatorChar], null).Jobs.Select(job => job.Output)
            .ShouldBe([In("album_restored/a.png"), In("album_restored/trip/b.jpg")]);
    }

    [Fact]
    public void A_single_image_takes_the_output_as_its_name()
        => Plan([Touch("a.png")], In("b.jpg")).Jobs.Single().Output.ShouldBe(In("b.jpg"));

    [Fact]
    public void A_single_image_goes_into_an_output_that_is_a_directory_even_with_a_dot()
    {
        Directory.CreateDirectory(In("out.d"));
        Plan([Touch("a.png")], In("out.d")).Jobs.Single().Output.ShouldBe(In("out.d/a.png"));
        Plan([Touch("a.png")], In("new")).Jobs.Single().Output.ShouldBe(In("new/a.png"));
    }

    [Fact]
    public void Several_images_go_into_the_output()
        => Plan([Touch("a.png"), Touch("x/b.bmp")], In("out")).Jobs.Select(job => job.Output).ShouldBe([In("out/a.png"), In("out/b.png")]);

    [Fact]
    public void Outputs_that_would_collide_are_numbered()
        => Plan([Touch("x/a.png"), Touch("y/a.png"), Touch("z/a.bmp")], In("out")).Jobs.Select(job => job.Output)
            .ShouldBe([In("out/a.png"), In("out/a_2.png"), In("out/a_3.png")]);

    [Fact]
    public void Sheets_collide_with_nothing()
    {
        var plan = Plan([Touch("a.png"), Touch("a.jpg"), Touch("a_compare.png")], In("out"));
        plan.Jobs.Select(job => job.Output).ShouldBe([In("out/a.png"), In("out/a.jpg"), In("out/a_compare.png")]);
        plan.Jobs.Select(job => job.Sheet).ShouldBe([In("out/a_compare_2.png"), In("out/a_compare_3.png"), In("out/a_compare_compare.png")]);
    }

    [Fact]
    public void A_format_that_is_not_written_is_refused_before_anything_is_computed()
    {
        var error = Should.Throw<IRConStyleException>(() => Plan([Touch("a.png")], In("b.gif")));
        error.Message.ShouldContain(".gif");
        error.Remedy.ShouldNotBeNull().ShouldContain(".png");
    }

    [Fact]
    public void A_folder_without_images_is_an_error()
    {
        Touch("album/notes.txt");
        Should.Throw<IRConStyleException>(() => Plan([In("album")], null)).Message.ShouldBe($"There are no images in {In("album")}.");
    }

    [Fact]
    public void A_folder_named_by_dots_gets_its_folder_beside_it()
    {
        Touch("album/deep/a.png");
        Plan([In("album/deep/..")], null).Jobs.Single().Output.ShouldBe(In("album_restored/deep/a.png"));
    }

    [Fact]
    public void What_is_no_image_is_skipped_in_folders()
    {
        Touch("album/a.png");
        Touch("album/notes.txt");
        var plan = Plan([In("album")], In("out"));
        plan.Jobs.Count.ShouldBe(1);
        plan.Skipped.ShouldBe([In("album/notes.txt")]);
    }

    [Fact]
    public void Results_of_an_earlier_run_inside_the_folder_are_left_out()
    {
        Touch("album/a.png");
        Touch("album/out/a.png");
        Plan([In("album")], In("album/out")).Jobs.Single().Output.ShouldBe(In("album/out/a.png"));
    }

    [Fact]
    public void An_output_above_the_folder_does_not_hide_its_images()
    {
        Touch("album/a.png");
        Plan([In("album")], _directory.Path).Jobs.Single().Output.ShouldBe(In("a.png"));
    }

    [Fact]
    public void No_input_is_overwritten()
    {
        Touch("album/a.png");
        foreach (var output in new[] { In("album"), In("album") + Path.DirectorySeparatorChar, In("out/../album") })
        {
            var error = Should.Throw<IRConStyleException>(() => Plan([In("album")], output), output);
            error.Message.ShouldContain("a.png is one of the inputs");
            error.Remedy.ShouldNotBeNull().ShouldContain("--output");
        }

        Should.Throw<IRConStyleException>(() => Plan([In("album/a.png")], In("album/a.png")));
    }

    [Fact]
    public void An_input_that_does_not_exist_is_named()
        => Should.Throw<IRConStyleException>(() => Plan([In("nothing.png")], null)).Message.ShouldBe($"{In("nothing.png")} does not exist.");

    private RestorePlan Plan(string[] inputs, string? output) => RestorePlan.Make(inputs, output, _services.GetRequiredService<IImageCodec>());

    private string In(string name) => _directory.File(name.Split('/'));

    private string Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllBytes(In(name), []);
        return In(name);
    }
}
