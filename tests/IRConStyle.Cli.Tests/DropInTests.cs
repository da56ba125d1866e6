namespace IRConStyle.Cli.Tests;

/// <summary>samples/DropInBackbone, dropped into a program that was built before and is not built again.</summary>
public sealed class DropInTests : IDisposable
{
    private static readonly string[] Pipeline =
    [
        "--set", "Pipelines:mine:Encoder:Name=constyle",
        "--set", "Pipelines:mine:Encoder:Options:QueueLength=64",
        "--set", "Pipelines:mine:Backbone:Name=drop-in-unet",
        "--set", "Pipelines:mine:Backbone:Options:Dim=4",
        "--set", "Pipelines:mine:Backbone:Options:EncoderBlocks=1,1,1",
        "--set", "Pipelines:mine:Backbone:Options:BottleneckBlocks=1",
        "--set", "Pipelines:mine:Backbone:Options:DecoderBlocks=1,1,1",
        "--set", "Pipelines:mine:Backbone:Options:Dilation=3",
        "--set", "Pipelines:mine:Training:Degradation:Name=gaussian-noise",
        "--set", "Pipelines:mine:Training:Losses:0:Name=l1",
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    internal static string Sample => Path.Combine(
        [SharedData.Root, "samples", "DropInBackbone", "bin", .. Program.Directory.Split(Path.DirectorySeparatorChar)[^2..]]);

    [Fact]
    public void Dropped_into_the_plugin_folder_of_a_built_program_it_trains_and_restores()
    {
        var program = Copy(Program.Directory, _directory.File("program"));
        Copy(Sample, Path.Combine(program, "plugins", "DropInBackbone"));
        Pictures.Write(_directory.File("clean", "a.png"), 48, 40);
        Pictures.Write(_directory.File("clean", "b.png"), 48, 40, seed: 2);
        var photo = Pictures.Write(_directory.File("photo.png"), 37, 21);

        var training = Program.RunCopy(
            program, ["train", "--pipeline", "mine", "--data", _directory.File("clean"), "--output", _directory.File("run"),
            "--iterations", "2", "--batch-size", "2", "--patch-size", "32", .. Pipeline]);
        var restoring = Program.RunCopy(program, "restore", photo, "--weights", _directory.File("run", "weights.safetensors"));

        training.ExitCode.ShouldBe(0, training.Error);
        restoring.ExitCode.ShouldBe(0, restoring.Error);
        var restored = Pictures.Read(_directory.File("photo_restored.png"));
        (restored.Width, restored.Height).ShouldBe((37, 21));
        restored.Samples.ShouldNotBe(Pictures.Read(photo).Samples);
    }

    [Fact]
    public void Its_build_output_can_be_named_as_a_plugin_directory()
    {
        var result = Program.Run("plugins", "--plugins", Sample);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("drop-in-unet");
    }

    private static string Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
