using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using static IRConStyle.Framework.Tests.Checkpoints.PickleBytes;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>Objects of Python beside the weights are data that nobody acts on.</summary>
public sealed class InertObjectTests : IDisposable
{
    private static readonly byte[] FourFloats = [.. new[] { 1f, 2f, 3f, 4f }.SelectMany(BitConverter.GetBytes)];

    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("x.pth");

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, byte[], string?> Objects() => new()
    {
        { "argparse.Namespace", StateFile.Object("argparse", "Namespace", Dictionary(("lr", Number(3)))), null },
        { "an attribute dictionary", Join(Global("easydict", "EasyDict"), Op(")\u0081("), Text("lr"), Number(3), Op("u"), Op("}b")), null },
        { "pathlib", Join(Global("pathlib", "PosixPath"), Tuple(Text("/"), Text("data")), Op("R")), "pathlib.PosixPath(/, data)" },
        { "datetime", Join(Global("datetime", "datetime"), Tuple(Op("C\u000a1234567890")), Op("R")), null },
        { "defaultdict", Join(Global("collections", "defaultdict"), Tuple(Global("builtins", "list")), Op("R"), Text("a"), Number(1), Op("s")), "collections.defaultdict(builtins.list)" },
        { "a member of an enumeration", Join(Global("my.code", "Mode"), Tuple(Text("fast")), Op("R")), "my.code.Mode(fast)" },
        { "a NumPy array", NumpyArray(), null },
        { "a NumPy number of a rare type", Join(Global("numpy.core.multiarray", "scalar"), Tuple(NumpyType("c16"), Bytes(new byte[16])), Op("R")), null },
        { "NumPy's random state", Join(Global("numpy.random._pickle", "__randomstate_ctor"), Tuple(Text("MT19937")), Op("R"), Dictionary(("state", Dictionary(("key", NumpyArray())))), Op("b")), "numpy.random._pickle.__randomstate_ctor(MT19937)" },
        { "what a function returns is called", Join(Global("builtins", "getattr"), Tuple(Global("my", "Class"), Text("make")), Op("R"), Tuple(Number(1)), Op("R")), null },
        { "objects that hold each other", Join(Global("my", "A"), Op(")\u0081q\u0001"), Dictionary(("b", Join(Global("my", "B"), Op(")\u0081"), Dictionary(("a", Op("h\u0001"))), Op("b")))), Op("b")), null },
        { "an object with slots", Join(Global("my", "A"), Op(")\u0081"), Tuple(Op("N"), Dictionary(("x", Number(1)))), Op("b")), null },
        { "an object made with names", Join(Global("my", "A"), Op(")"), Dictionary(("x", Number(1))), Op("\u0092")), null },
        { "an object of Python 2", Join(Op("("), Number(1), Op("imy\nOld\n")), "my.Old(1)" },
        { "another object of Python 2", Join(Op("("), Global("my", "Old"), Number(1), Op("o")), "my.Old(1)" },
        { "bytes that can change", Join([0x96, 2, 0, 0, 0, 0, 0, 0, 0, 7, 8]), null },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Weights_beside_it_are_read(string what, byte[] value, string? text)
    {
        var tensor = Tensor(Storage("FloatStorage", "0", 4), 1, [3], [1]);
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("extra", value), ("w", tensor)), Op("."))), ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);
        using var read = reader.Read("w");

        reader.Entries.Keys.ShouldBe(["w"], what);
        read.data<float>().ToArray().ShouldBe([2f, 3f, 4f]);
        if (text is not null)
            reader.Metadata["extra"].ShouldBe(text);
    }

    [Fact]
    public void Their_plain_attributes_are_shown()
    {
        var tensor = Tensor(Storage("FloatStorage", "0", 4), 1, [3], [1]);
        var arguments = StateFile.Object("argparse", "Namespace", Dictionary(("lr", Number(3)), ("name", Text("derain"))));
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("args", arguments), ("w", tensor)), Op("."))), ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);

        reader.Metadata.ShouldBe(new Dictionary<string, string> { ["args.lr"] = "3", ["args.name"] = "derain" }, ignoreOrder: true);
        reader.PassedOver.ShouldBe(["argparse.Namespace"]);
    }

    [Fact]
    public void What_an_attacker_wants_called_is_data_like_everything_else()
    {
        var marker = _directory.File("executed");
        var tensor = Tensor(Storage("FloatStorage", "0", 4), 1, [3], [1]);
        var call = Join(Global("os", "system"), Tuple(Text($"touch {marker}")), Op("R"));
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("w", tensor), ("evil", call)), Op("."))), ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);

        reader.Entries.Keys.ShouldBe(["w"]);
        reader.PassedOver.ShouldBe(["os.system"]);
        System.IO.File.Exists(marker).ShouldBeFalse();
    }

    [Theory]
    [InlineData("torch", "QInt8Storage")]
    [InlineData("my", "Storage")]
    public void A_tensor_of_an_unknown_kind_of_storage_is_refused_by_name(string module, string name)
    {
        var known = Tensor(Storage("FloatStorage", "0", 4), 1, [3], [1]);
        var unknown = Tensor(Join(Tuple(Text("storage"), Global(module, name), Text("1"), Text("cpu"), Number(4)), Op("Q")), 0, [4], [1]);
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("w", known), ("q", unknown)), Op("."))), ("x/data/0", FourFloats), ("x/data/1", [1, 2, 3, 4]));

        using var reader = PyTorchReader.Open(File);

        reader.Entries.Keys.ShouldBe(["w"]);
        reader.Refused.ShouldBe(new Dictionary<string, string> { ["q"] = $"{module}.{name}" }, ignoreOrder: true);
    }

    [Fact]
    public void A_tensor_of_a_class_of_its_own_and_one_of_an_unknown_type_are_refused_by_name()
    {
        var storage = Storage("FloatStorage", "0", 4);
        var plain = Tuple(storage, Number(0), Tuple(Number(4)), Tuple(Number(1)), [0x89], Op("}"));
        byte[] OfType(string module, string name) => Join(
            Global("torch._tensor", "_rebuild_from_type_v2"),
            Tuple(Global("torch._utils", "_rebuild_tensor_v2"), Global(module, name), plain, Op("}")), Op("R"));
        var small = Join(
            Global("torch._utils", "_rebuild_tensor_v3"),
            Tuple(storage, Number(0), Tuple(Number(4)), Tuple(Number(1)), [0x89], Op("}"), Global("torch", "float8_e4m3fn")), Op("R"));
        WriteZip(
            File,
            ("x/data.pkl", Join(Dictionary(("p", OfType("torch.nn.parameter", "Parameter")), ("q", OfType("my", "Packed")), ("s", small)), Op("."))),
            ("x/data/0", FourFloats));

        using var reader = PyTorchReader.Open(File);

        reader.Entries.Keys.ShouldBe(["p"]);
        reader.Refused.ShouldBe(new Dictionary<string, string> { ["q"] = "my.Packed", ["s"] = "torch.float8_e4m3fn" }, ignoreOrder: true);
    }

    [Fact]
    public void A_file_of_objects_alone_says_what_it_holds()
    {
        WriteZip(File, ("x/data.pkl", Join(Dictionary(("model", StateFile.Object("sklearn.svm", "SVC", Dictionary(("c", Number(1)))))), Op("."))));
        var error = Should.Throw<IRConStyleException>(() => PyTorchReader.Open(File));
        error.Message.ShouldContain("only objects of Python (sklearn.svm.SVC)");
        error.Remedy!.ShouldContain("torch.save(model.state_dict()");
    }

    private static byte[] Bytes(byte[] content) => Join([(byte)'C', (byte)content.Length], content);

    private static byte[] NumpyType(string name) => Join(
        Global("numpy", "dtype"), Tuple(Text(name), Number(0), Number(1)), Op("R"), Tuple(Number(3), Text("<"), Op("N"), Op("N")), Op("b"));

    private static byte[] NumpyArray() => Join(
        Global("numpy.core.multiarray", "_reconstruct"), Tuple(Global("numpy", "ndarray"), Tuple(Number(0)), Bytes([(byte)'b'])), Op("R"),
        Tuple(Number(1), Tuple(Number(2)), NumpyType("f4"), [0x89], Bytes(new byte[8])), Op("b"));
}
