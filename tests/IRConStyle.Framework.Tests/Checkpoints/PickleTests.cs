using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using static IRConStyle.Framework.Tests.Checkpoints.PickleBytes;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Pickles made by hand: what old and new versions of torch write, and what attackers could.</summary>
public sealed class PickleTests : IDisposable
{
    private static readonly byte[] FourFloats = [.. new[] { 1f, 2f, 3f, 4f }.SelectMany(BitConverter.GetBytes)];

    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("x.pth");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Python_objects_are_refused_by_name_and_nothing_is_executed()
    {
        var marker = _directory.File("executed");
        byte[][] calls =
        [
            Join(Global("os", "system"), Tuple(Text($"touch {marker}")), Op("R")),
            Join(Text("os"), Text("system"), [0x93], Tuple(Text($"touch {marker}")), Op("R")),
        ];
        foreach (var call in calls)
        {
            WriteZip(File, ("x/data.pkl", Join(Dictionary(("a", call)), Op("."))));

            var error = Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File));

            error.Message.ShouldContain("os.system");
            error.Remedy!.ShouldContain("torch.save(model.state_dict()");
            System.IO.File.Exists(marker).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("__main__", "Net")]
    [InlineData("builtins", "eval")]
    [InlineData("torch._utils", "_rebuild_sparse_tensor")]
    [InlineData("torch", "QInt8Storage")]
    [InlineData("argparse", "Namespace")]
    public void Every_name_outside_the_list_is_refused(string module, string name)
    {
        System.IO.File.WriteAllBytes(File, Legacy(Global(module, name), true, []));
        Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File)).Message.ShouldContain($"{module}.{name}");
    }

    [Fact]
    public void Views_of_storages_as_torch_up_to_0_4_wrote_them_are_read()
    {
        var storage = Storage("FloatStorage", "7", 4, Tuple(Text("view"), Number(1), Number(3)));
        System.IO.File.WriteAllBytes(File, Legacy(Dictionary(("a", Tensor(storage, 1, [2], [1]))), true, ("7", 4, FourFloats)));

        using var reader = PyTorchReader.Open(File);
        using var read = reader.Read("a");

        read.data<float>().ToArray().ShouldBe([3f, 4f]);
    }

    [Fact]
    public void Storages_without_a_type_take_that_of_their_tensor()
    {
        var tensor = Join(
            Global("torch._utils", "_rebuild_tensor_v3"),
            Tuple(
                Join(Tuple(Text("storage"), Global("torch.storage", "UntypedStorage"), Text("0"), Text("cpu"), Number(16)), Op("Q")),
                Number(1), Tuple(Number(3)), Tuple(Number(1)), [0x89], Join(Global("collections", "OrderedDict"), Op(")R")),
                Global("torch", "float32")),
            Op("R"));
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("a", tensor)), Op("."))), ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);
        using var read = reader.Read("a");

        read.data<float>().ToArray().ShouldBe([2f, 3f, 4f]);
    }

    [Theory]
    [InlineData(4, 0, new long[] { 1_000_000_000_000 }, new long[] { 1 })]
    [InlineData(4, 0, new long[] { 1_000_000, 1_000_000 }, new long[] { 0, 0 })]
    [InlineData(4, 0, new long[] { 4294967296, 4294967296 }, new long[] { 1, 1 })]
    [InlineData(4, 0, new long[] { 0, 4294967296, 4294967296 }, new long[] { 1, 1, 1 })]
    [InlineData(4, 0, new long[] { 2 }, new long[] { long.MaxValue })]
    [InlineData(4, long.MaxValue, new long[] { 2 }, new long[] { 1 })]
    [InlineData(4, -1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(4, 3, new long[] { 2 }, new long[] { 1 })]
    [InlineData(4, 3, new long[] { 2 }, new long[] { -1 })]
    [InlineData(4, 0, new long[] { 2, 2 }, new long[] { 1 })]
    [InlineData(5, 0, new long[] { 5 }, new long[] { 1 })]
    [InlineData(-4, 0, new long[] { 4 }, new long[] { 1 })]
    [InlineData(long.MaxValue, 0, new long[] { 4 }, new long[] { 1 })]
    [InlineData(1L << 62, 0, new long[] { 2 }, new long[] { 1L << 61 })]
    [InlineData(1L << 62, 1L << 61, new long[] { 2 }, new long[] { 1 })]
    public void Tensors_that_do_not_fit_their_storage_are_refused(long count, long offset, long[] shape, long[] strides)
    {
        var value = Dictionary(("a", Tensor(Storage("FloatStorage", "0", count), offset, shape, strides)));
        System.IO.File.WriteAllBytes(File, Legacy(value, true, ("0", count, FourFloats)));
        Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File).Read("a")).Message.ShouldContain(File);
        WriteZip(File, ("x/data.pkl", Join(value, Op("."))), ("x/data/0", FourFloats));
        // Records may be longer than what is used of them.
        if (shape is not [4] || count < 4)
            Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File).Read("a")).Message.ShouldContain(File);
    }

    [Fact]
    public void Small_expanded_tensors_are_read()
    {
        var value = Dictionary(("a", Tensor(Storage("FloatStorage", "0", 4), 1, [2, 3], [0, 1])));
        WriteZip(File, ("x/data.pkl", Join(value, Op("."))), ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);
        using var read = reader.Read("a");

        read.data<float>().ToArray().ShouldBe([2f, 3f, 4f, 2f, 3f, 4f]);
    }

    public static TheoryData<string, byte[]> Bombs() => new()
    {
        { "lists in lists", Join(Op(new string(']', 100_000)), Op(new string('a', 99_999))) },
        { "lists that double", Join([.. Enumerable.Repeat(Op("](h\0h\0eq\0"), 40).Prepend(Op("]q\0"))]) },
        { "a list in itself", Op("]q\0h\0a") },
        { "names that double", Join([Op("}q\0"), .. Enumerable.Repeat(Join(Op("}"), Text(new string('x', 1000)), Op("h\0sq\0"), Op("}"), Text(new string('x', 1000)), Op("h\0sq\0")), 40)]) },
        { "a text of 4 GB", Op("X\u00ff\u00ff\u00ff\u00ff") },
        { "a text of 8 EB", Op("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f") },
        { "a negative text", Op("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff") },
        { "a number of 2 GB", Op("\u008b\u00ff\u00ff\u00ff\u007f") },
        { "a value with number 4 billion", Op("Nr\u00ff\u00ff\u00ff\u00ff") },
        { "a value that is not there", Op("h\u0007") },
        { "marks only", Op(new string('(', 100_000)) },
        { "nothing to take", Op("0") },
        { "an item below a mark", Op("](Na") },
        {
            "dictionaries copied over and over",
            Join(Op("]("), Op(new string(')', 20_000)), Op("eq\0"), Global("builtins", "set"), Op("q\u0001"), Join([.. Enumerable.Repeat(Op("h\u0001h\0\u0085R0"), 20_000)]), Op("N"))
        },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_do_not_go_off(string what, byte[] pickle)
    {
        System.IO.File.WriteAllBytes(File, Legacy(pickle, true, []));
        var before = GC.GetAllocatedBytesForCurrentThread();

        ProcessorTime.ShouldStayBelow(
            TimeSpan.FromSeconds(2), () => Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File), what).Message.ShouldContain(File), what);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256 << 20, what);
    }
}
