namespace IRConStyle.Cli.Tests;

[Collection(TinyPipelineTests.Name)]
public sealed class RestoreTests(TinyPipeline tiny) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Weights_alone_restore_an_image_beside_it()
    {
        var input = Pictures.Write(_directory.File("a folder", "photo [1].png"), 51, 37);

        var result = Program.Run("restore", input, "--weights", tiny.Weights);

        result.ExitCode.ShouldBe(0, result.Error);
        var output = _directory.File("a folder", "photo [1]_restored.png");
        var restored = Pictures.Read(output);
        (restored.Width, restored.Height).ShouldBe((51, 37));
        restored.Samples.ShouldNotBe(Pictures.Read(input).Samples);
        result.Lines.ShouldHaveSingleItem().ShouldMatch("→ .*_restored.png  51×37  [0-9.]+ s$");
        result.Output.ShouldContain($"{input} → {output}");
    }

    [Fact]
    public void The_same_weights_with_the_pipeline_named_give_the_same_image()
    {
        var input = Pictures.Write(_directory.File("photo.png"));

        Program.Run("restore", input, "-w", tiny.Weights, "-o", _directory.File("described.png")).ExitCode.ShouldBe(0);
        var named = Program.Run(["restore", input, "-w", tiny.Weights, "-p", "tiny", "-o", _directory.File("named.png"), .. TinyPipeline.Settings]);

        named.ExitCode.ShouldBe(0, named.Error);
        File.ReadAllBytes(_directory.File("named.png")).ShouldBe(File.ReadAllBytes(_directory.File("described.png")));
    }

    [Fact]
    public void Weights_that_say_nothing_of_themselves_are_recognised()
    {
        var input = Pictures.Write(_directory.File("photo.png"));
        // A bare state dictionary has no place for metadata.
        var bare = _directory.File("net.pth");
        Program.Run("convert", tiny.Weights, bare).ExitCode.ShouldBe(0);

        Program.Run("restore", input, "-w", tiny.Weights, "-o", _directory.File("described.png")).ExitCode.ShouldBe(0);
        var recognised = Program.Run("restore", input, "-w", bare, "-o", _directory.File("recognised.png"));

        recognised.ExitCode.ShouldBe(0, recognised.Error);
        recognised.Error.ShouldContain($"{bare} is recognised by names and shapes as constyle-nafnet with constyle.");
        File.ReadAllBytes(_directory.File("recognised.png")).ShouldBe(File.ReadAllBytes(_directory.File("described.png")));
        var shown = Program.Run("inspect", bare);
        shown.Output.ShouldContain("network: constyle-nafnet with constyle, by names and shapes");
        shown.Output.ShouldContain("  backbone constyle-nafnet: BottleneckBlocks 1, DecoderBlocks 1 1 1, Dim 4, EncoderBlocks 1 1 1");
        Program.Run("inspect", tiny.Weights).Output.ShouldContain("network: constyle-nafnet with constyle, as the metadata says");
    }

    [Fact]
    public void Weights_of_another_network_are_answered_with_what_they_are()
    {
        var input = Pictures.Write(_directory.File("photo.png"));

        var result = Program.Run("restore", input, "-w", tiny.Weights, "-p", "nafnet", "--prefix", "");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("does not fit the networks of pipeline nafnet");
        result.Error.ShouldContain("Its metadata says that it is of constyle-nafnet with constyle: leave --pipeline out.");
    }

    [Fact]
    public void A_comparison_sheet_is_written_beside_the_result_on_request()
    {
        var input = Pictures.Write(_directory.File("photo.png"), 40, 32);

        var result = Program.Run("restore", input, "--pipeline", "identity", "--compare");

        result.ExitCode.ShouldBe(0, result.Error);
        Pictures.Read(_directory.File("photo_restored.png")).Samples.ShouldBe(Pictures.Read(input).Samples);
        Pictures.Read(_directory.File("photo_restored_compare.png")).Width.ShouldBeGreaterThan(80);
    }

    [Fact]
    public void What_is_to_be_known_of_an_image_is_said()
    {
        var input = Pictures.Write(_directory.File("photo.png"), 40, 32);
        File.WriteAllBytes(input, File.ReadAllBytes(input)[..^12]);

        var result = Program.Run("restore", input, "--pipeline", "identity");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain("warning");
        result.Error.ReplaceLineEndings(" ").ShouldContain("its end mark is missing; the picture is complete");
    }

    [Fact]
    public void A_folder_is_restored_beside_it_with_its_structure()
    {
        Pictures.Write(_directory.File("album", "one.png"));
        Pictures.Write(_directory.File("album", "deep", "two.jpg"));
        File.WriteAllText(_directory.File("album", "notes.txt"), "no image");

        var result = Program.Run("restore", _directory.File("album"), "--pipeline", "identity");

        result.ExitCode.ShouldBe(0, result.Error);
        File.Exists(_directory.File("album_restored", "one.png")).ShouldBeTrue();
        File.Exists(_directory.File("album_restored", "deep", "two.jpg")).ShouldBeTrue();
        result.Output.ShouldContain("2 of 2 images restored");
        result.Error.ShouldContain("skipped " + _directory.File("album", "notes.txt"));
    }

    [Fact]
    public void Bad_files_are_named_and_do_not_stop_the_rest()
    {
        var album = _directory.File("album");
        for (var i = 0; i < 10; i++)
            Pictures.Write(Path.Combine(album, $"good_{i}.png"), 30 + i, 21, seed: i);
        var bad = Pictures.WriteBad(album);
        bad.Length.ShouldBe(6);

        var result = Program.Run("restore", album, "--output", _directory.File("out"), "--weights", tiny.Weights);

        result.ExitCode.ShouldBe(1);
        Directory.GetFiles(_directory.File("out")).Select(Path.GetFileName).Order()
            .ShouldBe(Enumerable.Range(0, 10).Select(i => $"good_{i}.png"));
        result.Output.ShouldContain("10 of 16 images restored");
        result.Error.ShouldContain("error: 6 images could not be restored:");
        var reasons = result.Error.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).ToList();
        reasons.Count.ShouldBe(6, result.Error);
        foreach (var name in bad)
            reasons.ShouldContain(line => line.StartsWith($"  {Path.Combine(album, name)}: ", StringComparison.Ordinal));
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public void Long_paths_are_neither_wrapped_nor_cropped()
    {
        var folder = string.Join(Path.DirectorySeparatorChar, Enumerable.Repeat("a folder whose name is rather long", 6));
        var input = Pictures.Write(_directory.File(folder, "photo.png"));

        var result = Program.Run("restore", input, "--pipeline", "identity");

        result.ExitCode.ShouldBe(0, result.Error);
        result.Lines.ShouldHaveSingleItem().ShouldContain(input);
    }

    [Fact]
    public void A_pipeline_without_weights_says_so()
    {
        var input = Pictures.Write(_directory.File("photo.png"));

        var result = Program.Run(["restore", input, "--pipeline", "tiny", .. TinyPipeline.Settings]);

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("tiny has no weights");
        File.Exists(_directory.File("photo_restored.png")).ShouldBeFalse();
    }

    [Fact]
    public void A_batch_is_converted_and_goes_on_where_it_stopped()
    {
        Pictures.Write(_directory.File("album", "one.png"));
        Pictures.Write(_directory.File("album", "two.png"));
        string[] line = ["restore", _directory.File("album"), "-o", _directory.File("out"), "-p", "identity", "--format", "jpg", "--skip-existing"];

        var first = Program.Run(line);
        first.ExitCode.ShouldBe(0, first.Error);
        first.Output.ShouldContain("2 of 2 images restored");
        var one = _directory.File("out", "one.jpg");
        File.ReadAllBytes(one).AsSpan(0, 3).ToArray().ShouldBe([0xFF, 0xD8, 0xFF]);
        File.Delete(_directory.File("out", "two.jpg"));
        File.WriteAllText(one, "as it was");

        var second = Program.Run(line);
        second.ExitCode.ShouldBe(0, second.Error);
        second.Output.ShouldContain("1 image left out: the result exists");
        File.Exists(_directory.File("out", "two.jpg")).ShouldBeTrue();
        File.ReadAllText(one).ShouldBe("as it was");

        // Nothing is left to do, so that not even the weights are looked for.
        var third = Program.Run([.. line, "--weights", _directory.File("none.safetensors")]);
        third.ExitCode.ShouldBe(0, third.Error);
        third.Output.ShouldContain("2 images left out: the result exists");
    }

    [Fact]
    public void What_follows_two_dashes_is_a_file_whatever_its_name()
    {
        Pictures.Write(_directory.File("-p.png"));

        var result = Program.RunIn(_directory.Path, "restore", "-p", "identity", "-o", "out.png", "--", "-p.png");

        result.ExitCode.ShouldBe(0, result.Error);
        File.Exists(_directory.File("out.png")).ShouldBeTrue();
    }

    [SkippableFact]
    public void Pipes_and_second_names_are_told_of_and_hold_nothing_up()
    {
        Pictures.Write(_directory.File("album", "one.png"));
        Pictures.Write(_directory.File("album", "._one.png"));
        File.CreateSymbolicLink(_directory.File("album", "two.png"), _directory.File("album", "one.png"));
        Directory.CreateSymbolicLink(_directory.File("album", "loop"), _directory.File("album"));
        Skip.IfNot(SpecialFiles.TryMakePipe(_directory.File("album", "pipe.png")), "There are no pipes here.");

        var result = Program.Run("restore", _directory.File("album"), "-o", _directory.File("out"), "-p", "identity");

        result.ExitCode.ShouldBe(0, result.Error);
        Directory.GetFileSystemEntries(_directory.File("out")).ShouldBe([_directory.File("out", "one.png")]);
        result.Error.ShouldContain("two.png is another name of");
        result.Error.ShouldContain("loop is another name of");
        result.Error.ShouldContain("pipe.png is a pipe");
        var given = Program.Run("restore", _directory.File("album", "pipe.png"), "-o", _directory.File("out"), "-p", "identity");
        given.ExitCode.ShouldBe(1);
        given.Error.ShouldContain("not a regular file");
    }
}
