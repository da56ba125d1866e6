using System.Text;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class SafeTensorsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("x.safetensors");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_written_is_read_back_in_every_type_and_shape()
    {
        using var scope = torch.NewDisposeScope();
        (string, torch.Tensor)[] tensors =
        [
            ("f32", torch.randn(3, 4)), ("f64", torch.randn(2, dtype: torch.float64)), ("f16", torch.randn(5).to(torch.float16)),
            ("bf16", torch.randn(5).to(torch.bfloat16)), ("i64", torch.tensor(-7L)), ("i32", torch.tensor([1, -2, 3])),
            ("i8", torch.tensor(new sbyte[] { -1, 2 })), ("u8", torch.tensor(new byte[] { 0, 255 })), ("bool", torch.tensor([true, false])),
            ("i16", torch.tensor(new short[] { -1, 2 })), ("c64", torch.randn(3, dtype: torch.complex64)),
            ("empty", torch.empty(0, 3)), ("transposed", torch.arange(6f).reshape(2, 3).t()),
        ];

        SafeTensorsWriter.Write(File, tensors, new Dictionary<string, string> { ["key"] = "wörth" });
        using var reader = SafeTensorsReader.Open(File);

        reader.Metadata["key"].ShouldBe("wörth");
        reader.Entries.Keys.ShouldBe(tensors.Select(tensor => tensor.Item1));
        foreach (var (name, value) in tensors)
        {
            using var read = reader.Read(name);
            read.dtype.ShouldBe(value.dtype, name);
            read.shape.ShouldBe(value.shape, name);
            read.Equals(value).ShouldBeTrue(name);
        }
    }

    [Theory]
    [InlineData("", "no valid safetensors")]
    [InlineData("\u0001", "no valid safetensors")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff{}", "header claims")]
    [InlineData("\u0002\0\0\0\0\0\0\0[]", "no valid safetensors")]
    [InlineData("\u0002\0\0\0\0\0\0\0{x", "no valid safetensors")]
    public void A_malformed_header_is_refused(string content, string problem)
    {
        System.IO.File.WriteAllBytes(File, Encoding.Latin1.GetBytes(content));
        Should.Throw<IRConStyleException>(() => SafeTensorsReader.Open(File)).Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "needs 8 of the 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12")]
    [InlineData("""{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}""", 8, "has type F99")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "malformed shape")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "no valid safetensors")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 8, "no valid safetensors")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 8, "share bytes")]
    [InlineData("""{"a":{"dtype":"F32"}}""", 8, "no valid safetensors")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 8, "take 4 bytes, 8 follow")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "names a twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "names a twice")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "no valid safetensors")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", 1, "malformed shape")]
    public void Tensors_that_do_not_fit_the_file_are_refused(string header, int bytes, string problem)
    {
        using (var stream = System.IO.File.Create(File))
        {
            stream.Write(BitConverter.GetBytes((long)header.Length));
            stream.Write(Encoding.ASCII.GetBytes(header));
            stream.Write(new byte[bytes]);
        }

        var error = Should.Throw<IRConStyleException>(() => SafeTensorsReader.Open(File));
        error.Message.ShouldContain(problem);
        error.Message.ShouldContain(File);
    }

    [Fact]
    public void Data_of_every_type_begins_at_a_multiple_of_its_size()
    {
        using var scope = torch.NewDisposeScope();
        SafeTensorsWriter.Write(
            File, [("u8", torch.ones(3, dtype: torch.uint8)), ("f64", torch.ones(1, dtype: torch.float64)), ("f16", torch.ones(1, dtype: torch.float16)), ("f32", torch.ones(1))],
            new Dictionary<string, string>());
        using var reader = SafeTensorsReader.Open(File);

        reader.Entries.Keys.ShouldBe(["u8", "f64", "f16", "f32"]);
        foreach (var (name, size) in new[] { ("f64", 8), ("f32", 4), ("f16", 2) })
            (reader.Entries[name].ShouldBeOfType<SafeTensorsEntry>().Start % size).ShouldBe(0, name);
    }

    [Fact]
    public void A_type_the_format_does_not_have_is_refused_with_the_name_of_its_tensor()
    {
        using var tensor = torch.ones(1, dtype: torch.complex128);
        var error = Should.Throw<IRConStyleException>(() => SafeTensorsWriter.Write(File, [("head.weight", tensor)], new Dictionary<string, string>()));
        error.Message.ShouldContain("head.weight");
        System.IO.File.Exists(File).ShouldBeFalse();
    }

    [Fact]
    public void A_missing_file_and_a_directory_are_named()
    {
        Should.Throw<IRConStyleException>(() => SafeTensorsReader.Open(File)).Message.ShouldContain(File);
        Should.Throw<IRConStyleException>(() => SafeTensorsReader.Open(_directory.Path)).Message.ShouldContain("is a directory");
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        System.IO.File.WriteAllText(File, "old");
        Should.Throw<InvalidOperationException>(() => Framework.Files.AtomicFile.Write(File, _ => throw new InvalidOperationException("stop")));
        System.IO.File.ReadAllText(File).ShouldBe("old");
        Directory.GetFiles(_directory.Path).ShouldHaveSingleItem();
    }
}
