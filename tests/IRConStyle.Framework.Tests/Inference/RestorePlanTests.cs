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

    [Fact]
    public void No_input_is_overwritten_by_another_of_its_names()
    {
        Touch("in/a.png");
        Directory.CreateSymbolicLink(In("inlink"), In("in"));
        File.CreateSymbolicLink(In("link.png"), In("in/a.png"));

        Should.Throw<IRConStyleException>(() => Plan([In("in")], In("inlink"))).Message.ShouldContain("a.png is one of the inputs");
        Should.Throw<IRConStyleException>(() => Plan([In("in/a.png")], In("link.png"))).Message.ShouldContain("link.png is one of the inputs");
        if (SpecialFiles.TryHardLink(In("in/a.png"), In("hard.png")))
            Should.Throw<IRConStyleException>(() => Plan([In("in/a.png")], In("hard.png"))).Message.ShouldContain("hard.png is one of the inputs");
    }

    [Fact]
    public void A_file_is_no_folder_for_results()
    {
        Touch("in/a.png");
        Touch("out");
        Should.Throw<IRConStyleException>(() => Plan([In("in")], In("out"))).Message.ShouldBe($"{In("out")} is a file, and results need a folder.");
        Should.Throw<IRConStyleException>(() => Plan([In("in/a.png")], In("out"))).Message.ShouldContain("is a file");
    }

    [Fact]
    public void Results_do_not_take_each_other_s_place_by_other_names_of_a_folder()
    {
        Touch("in/x/a.png");
        Touch("in/y/a.png");
        Directory.CreateDirectory(In("out/x"));
        Directory.CreateSymbolicLink(In("out/y"), In("out/x"));
        var plan = Plan([In("in")], In("out"));
        plan.Jobs.Select(job => job.Output).ShouldBe([In("out/x/a.png"), In("out/y/a_2.png")]);
    }

    [Fact]
    public void A_file_with_two_names_is_restored_once()
    {
        Touch("album/a.png");
        File.CreateSymbolicLink(In("album/b.png"), In("album/a.png"));

        var plan = Plan([In("album"), In("album/../album/a.png"), In("album/a.png")], In("out"));

        plan.Jobs.ShouldHaveSingleItem().Input.ShouldBe(In("album/a.png"));
        plan.Notes.Select(note => note.Path).ShouldBe([In("album/b.png"), In("album/../album/a.png")]);
        plan.Notes[0].Text.ShouldBe($"is another name of {In("album/a.png")}, which is restored once");
    }

    [Fact]
    public void Results_of_an_earlier_run_are_left_out_whatever_the_output_folder_is_called()
    {
        Touch("album/a.png");
        Touch("album/out/a.png");
        Directory.CreateSymbolicLink(In("other"), In("album/out"));
        Plan([In("album")], In("other")).Jobs.Single().Input.ShouldBe(In("album/a.png"));
    }

    [Fact]
    public void An_image_of_a_format_that_is_only_read_does_not_take_the_name_of_another_s_result()
    {
        foreach (var name in new[] { "album/a.bmp", "album/a.png" })
            Touch(name);

        var plan = Plan([In("album")], In("out"));

        plan.Jobs.Select(job => (job.Input, job.Output)).ShouldBe(
            [(In("album/a.bmp"), In("out/a_2.png")), (In("album/a.png"), In("out/a.png"))]);
        plan.Notes.ShouldHaveSingleItem().ShouldBe(
            new RestoreNote(In("album/a.bmp"), $"becomes {In("out/a_2.png")}, since {In("out/a.png")} is the result of another input"));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData(".JPG")]
    public void A_format_is_that_of_all_results(string format)
    {
        foreach (var name in new[] { "album/a.png", "album/b.bmp", "album/b.jpg", "album/deep/c.JPEG" })
            Touch(name);

        Plan([In("album")], In("out"), format).Jobs.Select(job => job.Output)
            .ShouldBe([In("out/a.jpg"), In("out/b_2.jpg"), In("out/b.jpg"), In("out/deep/c.jpg")]);
        Plan([In("album/a.png")], null, format).Jobs.Single().Output.ShouldBe(In("album/a_restored.jpg"));
        Plan([In("album/a.png")], In("b.jpg"), format).Jobs.Single().Output.ShouldBe(In("b.jpg"));
    }

    [Fact]
    public void A_format_that_is_not_written_or_not_that_of_the_output_is_refused()
    {
        Touch("a.png");
        var unknown = Should.Throw<IRConStyleException>(() => Plan([In("a.png")], null, "gif"));
        unknown.Message.ShouldBe("Images are not written as gif.");
        unknown.Remedy.ShouldNotBeNull().ShouldContain("png, ");
        Should.Throw<IRConStyleException>(() => Plan([In("a.png")], In("b.png"), "jpg")).Message.ShouldContain("b.png is not named as the format .jpg");
    }

    [Theory]
    [InlineData("a.jfif")]
    [InlineData("a.JPE")]
    [InlineData("a.jif")]
    [InlineData("a.tif")]
    [InlineData("a.tiff")]
    public void Usual_endings_count_and_are_kept(string name)
    {
        Touch("album/" + name);
        Plan([In("album")], In("out")).Jobs.Single().Output.ShouldBe(In("out/" + name));
    }

    [Theory]
    [InlineData("a.dib")]
    [InlineData("a.pgm")]
    [InlineData("a.ppm")]
    [InlineData("a.pnm")]
    [InlineData("a.pbm")]
    public void Usual_endings_count_and_become_png_where_they_are_only_read(string name)
    {
        Touch("album/" + name);
        Plan([In("album")], In("out")).Jobs.Single().Output.ShouldBe(In("out/a.png"));
    }

    [Fact]
    public void Names_stay_as_long_as_names_may_be()
    {
        var name = new string('n', 251) + ".png";
        Touch("x/" + name);
        Touch("y/" + name);
        var plan = Plan([In("x/" + name), In("y/" + name)], In("out"));
        plan.Jobs.Select(job => Path.GetFileName(job.Output)).ShouldBe([name, new string('n', 249) + "_2.png"]);
        plan.Jobs.Select(job => Path.GetFileName(job.Sheet).Length).ShouldBe([255, 255]);
        Path.GetFileName(Plan([In("x/" + name)], null).Jobs.Single().Output).Length.ShouldBe(255);
    }

    private RestorePlan Plan(string[] inputs, string? output, string? format = null)
        => RestorePlan.Make(inputs, output, _services.GetRequiredService<IImageCodec>(), format);

    private string In(string name) => _directory.File(name.Split('/'));

    private string Touch(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllBytes(In(name), []);
        return In(name);
    }
}
