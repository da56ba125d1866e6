using System.IO.Compression;
using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;
using static IRConStyle.Framework.Tests.Checkpoints.PickleBytes;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("state_dict_protocol4.pth", "PyTorch", "")]
    [InlineData("state_dict_protocol1_legacy.pth", "PyTorch, before 1.6", "")]
    [InlineData("state_dict_protocol4_legacy.pth", "PyTorch, before 1.6", "params")]
    [InlineData("trainer_state.pth", "PyTorch", "state_dict")]
    public void State_dictionaries_of_every_pickle_protocol_are_read(string file, string format, string section)
    {
        // The extension says nothing.
        var copy = _directory.File("copy.safetensors");
        File.Copy(SharedData.Golden("pth", file), copy);
        using var reader = CheckpointFile.Open(copy);

        reader.Format.ShouldBe(format);
        reader.Section.ShouldBe(section);
        reader.Entries.Keys.ShouldBe(
            ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"]);
        using var bias = reader.Read("1.bias");
        bias.data<float>().ToArray().ShouldBe([3f, 4f]);
        using var batches = reader.Read("1.num_batches_tracked");
        (batches.dtype, batches.dim()).ShouldBe((torch.ScalarType.Int64, 0));
    }

    [Fact]
    public void What_a_trainer_notes_beside_the_weights_becomes_text()
    {
        using var reader = CheckpointFile.Open(SharedData.Golden("pth", "trainer_state.pth"));

        reader.Metadata.ShouldBe(
            new Dictionary<string, string>
            {
                ["best"] = "31.25", ["epoch"] = "7", ["device"] = "cpu", ["dtype"] = "torch.float32",
                ["huge"] = "1180591620717411303424",
                ["milestones.2"] = "2", ["milestones.3"] = "1",
            },
            ignoreOrder: true);
    }

    [Fact]
    public void A_bare_dictionary_keeps_its_own_numbers_as_text_and_its_parts_under_dotted_names()
    {
        var tensor = Tensor(Storage("CharStorage", "0", 2), 0, [2], [1]);
        var file = Write(Dictionary(("w", tensor), ("epoch", Number(3)), ("inner", Dictionary(("v", tensor), ("on", [0x88])))));
        using var reader = CheckpointFile.Open(file);

        reader.Section.ShouldBeEmpty();
        reader.Whole.Sections.ShouldBe([new CheckpointSection("", 1), new CheckpointSection("inner", 1)]);
        reader.Entries.Keys.ShouldBe(["w", "inner.v"]);
        reader.Metadata.ShouldBe(new Dictionary<string, string> { ["epoch"] = "3", ["inner.on"] = "True" }, ignoreOrder: true);
    }

    [Fact]
    public void Several_unknown_dictionaries_are_all_shown_and_one_of_two_names_is_refused()
    {
        var tensor = Tensor(Storage("CharStorage", "0", 2), 0, [2], [1]);
        using (var reader = CheckpointFile.Open(Write(Dictionary(("a", Dictionary(("w", tensor))), ("b", Dictionary(("w", tensor)))))))
            reader.Entries.Keys.ShouldBe(["a.w", "b.w"]);

        Should.Throw<IRConStyleException>(() => PyTorchReader.Open(Write(Dictionary(("w", tensor), ("w", tensor))))).Message.ShouldContain("w twice");
    }

    [Fact]
    public void A_section_is_no_option_of_a_file_without_sections()
    {
        var bare = SharedData.Golden("pth", "state_dict_protocol4.pth");
        var error = Should.Throw<IRConStyleException>(() => CheckpointFile.Open(bare, new PartChoice("params")));
        error.Message.ShouldContain("no section params");
        error.Remedy!.ShouldContain("leave the section out");

        var other = SharedData.Golden("arch", "NAFNet_gray.safetensors");
        Should.Throw<IRConStyleException>(() => CheckpointFile.Open(other, new PartChoice("params"))).Message.ShouldContain("no section params");
        CheckpointFile.Open(other).Dispose();
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("<html>", "web page")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch\u001a\u00051.13", "ONNX")]
    [InlineData("\u0089HDF\r\n\u001a\n", "HDF5")]
    [InlineData("\u00ef\u00bb\u00bf\n <!-- saved --> <!doctype HTML>", "web page")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML")]
    [InlineData("{ \"message\": \"Not Found\" }", "JSON")]
    [InlineData("\u0008\u0001\u0012\u00ff\u0001", "TensorFlow")]
    [InlineData("\u0018\0\0\0TFL3", "TensorFlow Lite")]
    [InlineData("\u0093NUMPY\u0001\0", "NumPy")]
    [InlineData("PK\u0005\u0006\0\0\0\0", "empty zip")]
    [InlineData("7z\u00bc\u00af\u0027\u001c", "7z")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0", "zeros only")]
    [InlineData("\u001f\u008b\u0008", "gzip")]
    [InlineData("hello", "no known format")]
    [InlineData("\u0080\u0002]q\0.", "not one of torch.save")]
    [InlineData("PK\u0003\u0004", "cut short")]
    public void Other_files_are_told_apart(string content, string problem)
    {
        var file = _directory.File("x.pth");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(content));
        var error = Should.Throw<IRConStyleException>(() => CheckpointFile.Open(file));
        error.Message.ShouldContain(problem);
        error.Message.ShouldContain(file);
        error.Remedy.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Other_archives_are_told_apart()
    {
        var file = _directory.File("x.pth");
        WriteZip(file, ("net/data.pkl", Op("}.")), ("net/constants.pkl", Op(").")), ("net/code/__torch__.py", Op("")));
        Problem().ShouldContain("TorchScript");
        WriteZip(file, ("a.npy", [1, 2]));
        Problem().ShouldContain("NumPy arrays");
        WriteZip(file, ("readme.txt", [1, 2]), ("net_g.pth", [3]));
        Problem().ShouldContain("a zip archive that holds net_g.pth");
        WriteZip(file, ("config.json", [1]), ("model.weights.h5", [3]));
        Problem().ShouldContain("Keras");
        WriteZip(file, ("photo.png", [1]));
        Problem().ShouldContain("a zip archive of other things (photo.png)");
        WriteZip(file, ("net/archive_format", [1]), ("net/models/model.json", [3]));
        Problem().ShouldContain("torch.export");
        WriteZip(file, ("x/data.pkl", Op("}.")), ("x/byteorder", Op("big")));
        Problem().ShouldContain("byte order");
        File.WriteAllBytes(file, Legacy(Op("}"), isLittleEndian: false, []));
        Problem().ShouldContain("byte order");
        var tar = new byte[1024];
        "storages"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        File.WriteAllBytes(file, tar);
        Problem().ShouldContain("0.1.10");

        string Problem() => Should.Throw<IRConStyleException>(() => CheckpointFile.Open(file)).Message;
    }

    private string Write(byte[] value)
    {
        var file = _directory.File($"{Guid.NewGuid():n}.pth");
        WriteZip(file, ("x/data.pkl", Join(value, Op("."))), ("x/data/0", [1, 2]));
        return file;
    }
}
