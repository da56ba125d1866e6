using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class CheckpointConverterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("dtype_zoo.pth", null)]
    [InlineData("dtype_zoo.pth", "params_ema")]
    [InlineData("dtype_zoo_legacy.pth", null)]
    public void Names_values_and_types_survive_every_way(string file, string? wrap)
    {
        var expected = DtypeZoo.Read();
        var (tensors, back) = (_directory.File("x.safetensors"), _directory.File("x.pt"));
        CheckpointConverter.Convert(new ConvertRequest(SharedData.Golden("pth", file), tensors)).Tensors.ShouldBe(expected.Count);
        var result = CheckpointConverter.Convert(new ConvertRequest(tensors, back) { Wrap = wrap });
        (result.Format, result.Section).ShouldBe(("safetensors", ""));

        foreach (var path in new[] { tensors, back })
        {
            using var reader = CheckpointFile.Open(path, path == back && wrap is not null ? new PartChoice(wrap) : null);
            reader.Entries.Keys.ShouldBe(expected.Keys);
            foreach (var (name, value) in expected)
            {
                using var read = reader.Read(name);
                read.ShouldBe(value, name);
            }

            if (path == tensors || wrap is not null)
                reader.Metadata["iter"].ShouldBe("12345");
        }
    }

    [Fact]
    public void Wishes_that_cannot_be_met_are_refused_before_anything_is_written()
    {
        var input = SharedData.Golden("pth", "dtype_zoo.pth");
        Problem(new ConvertRequest(input, _directory.File("x.onnx"))).ShouldContain("does not say its format");
        Problem(new ConvertRequest(input, _directory.File("x.safetensors")) { Wrap = "params" }).ShouldContain("no sections");
        Problem(new ConvertRequest(_directory.File("none.pth"), _directory.File("x.pth"))).ShouldContain("none.pth");
        Problem(new ConvertRequest(input, input) { Replace = true }).ShouldContain("the input itself");
        Directory.GetFiles(_directory.Path).ShouldBeEmpty();
        // Windows lets only some users make links.
        if (OperatingSystem.IsWindows())
            return;
        var link = _directory.File("link.pth");
        File.CreateSymbolicLink(link, input);
        Problem(new ConvertRequest(input, link) { Replace = true }).ShouldContain("the input itself");
        Directory.GetFiles(_directory.Path).ShouldBe([link]);

        static string Problem(ConvertRequest request) => Should.Throw<IRConStyleException>(() => CheckpointConverter.Convert(request)).Message;
    }

    [Fact]
    public void A_conversion_that_is_stopped_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => CheckpointConverter.Convert(
            new ConvertRequest(SharedData.Golden("pth", "dtype_zoo.pth"), _directory.File("x.safetensors")), stop.Token));
        Directory.GetFileSystemEntries(_directory.Path).ShouldBeEmpty();
    }
}
