using System.IO.Compression;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static IRConStyle.Framework.Tests.Checkpoints.PickleBytes;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>What PyTorch's tools do to names and what they put beside the weights is undone, whatever the file's format.</summary>
public sealed class AnyCheckpointTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create();
    private readonly DisposeScope _scope;
    private readonly RestorationNetwork _network;
    private readonly (string Name, torch.Tensor Value)[] _weights;
    private readonly (string Name, torch.Tensor Value)[] _others;

    public AnyCheckpointTests()
    {
        _services.GetRequiredService<TorchRuntime>().EnsureLoaded();
        _scope = torch.NewDisposeScope();
        _network = _services.Network("tiny");
        _weights = [.. _network.State().Select((entry, index) => (entry.Name, torch.full_like(entry.Value, index + 1)))];
        _others = [.. _weights.Select(entry => (entry.Name, -entry.Value))];
    }

    private string FilePath => _directory.File("net.ckpt");

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
        _services.Dispose();
        _directory.Dispose();
    }

    /// <summary>What a file holds, and what it is that holds the weights.</summary>
    public static TheoryData<string> Layouts() => [.. Roots.Keys];

    private static readonly Dictionary<string, Func<AnyCheckpointTests, StateFile, byte[]>> Roots = new()
    {
        ["a bare state dictionary"] = (test, file) => file.State(test._weights),
        ["BasicSR: params, params_ema"] = (test, file) => Dictionary(("params", file.State(test._others)), ("params_ema", file.State(test._weights))),
        ["DataParallel: module."] = (test, file) => file.State(test._weights, "module."),
        ["torch.compile of DataParallel"] = (test, file) => Dictionary(("model", file.State(test._weights, "_orig_mod.module."))),
        ["Lightning"] = (test, file) => Dictionary(
            ("epoch", Number(3)),
            ("state_dict", file.State(test._weights, "net_g.", ("loss.vgg.weight", file.Tensor(torch.ones(3))))),
            ("optimizer_states", Join(Op("]"), Dictionary(("state", Join(Op("}"), Number(0), Dictionary(("exp_avg", file.Tensor(torch.ones(2)))), Op("s")))), Op("a"))),
            ("hyper_parameters", StateFile.Object("lightning_fabric.utilities.data", "AttributeDict", Dictionary(("lr", Number(1)))))),
        ["mmagic: generator, generator_ema, discriminator"] = (test, file) => Dictionary(("state_dict", file.State(
            test._others, "generator.",
            [.. test._weights.Select(entry => ("generator_ema." + entry.Name, file.Tensor(entry.Value))), ("step_counter", file.Tensor(torch.zeros(1, dtype: torch.int64)))]))),
        ["ema-pytorch"] = (test, file) => file.State(
            test._others, "online_model.", [.. test._weights.Select(entry => ("ema_model." + entry.Name, file.Tensor(entry.Value)))]),
        ["torch.optim.swa_utils"] = (test, file) => Dictionary(
            ("model", file.State(test._others)),
            ("averaged_model", file.State(test._weights, "module.", ("n_averaged", file.Tensor(torch.zeros(1, dtype: torch.int64)))))),
        ["a GAN's two networks"] = (test, file) => Dictionary(("netD", file.State([("head.weight", torch.ones(1, 1))])), ("netG", file.State(test._weights))),
        ["a dictionary in a dictionary"] = (test, file) => Dictionary(("model", Dictionary(("state_dict", file.State(test._weights)), ("arch", Text("tiny"))))),
        ["a tuple"] = (test, file) => Tuple(Number(1), file.State(test._weights)),
        ["a list of networks"] = (test, file) => Join(
            Op("]("), file.State([("a", torch.ones(1))]), file.State(test._weights, "core."), Op("e")),
        ["an optimizer with the names of the weights"] = (test, file) => Dictionary(
            ("optimizer", Dictionary(("exp_avg", file.State(test._others)))), ("weights", file.State(test._weights))),
        ["counters of a profiler"] = (test, file) => file.State(
            test._weights, "", ("total_ops", file.Tensor(torch.zeros(1))), ("head.total_params", file.Tensor(torch.zeros(1)))),
        ["a module dictionary per layer"] = (test, file) => Dictionary([.. test._weights
            .GroupBy(entry => entry.Name.Split('.')[0])
            .Select(layer => (layer.Key, file.State(layer.Select(entry => (entry.Name.Split('.')[1], entry.Value)))))]),
        ["a whole network, torch.save(model)"] = (test, file) => StateFile.Object("__main__", "Net", Dictionary(
            ("training", [0x89]), ("_parameters", Op("}")), ("_buffers", Op("}")),
            ("_modules", Dictionary([.. test._weights.GroupBy(entry => entry.Name.Split('.')[0]).Select(layer => (layer.Key, test.Module(file, layer)))])))),
        ["a subclass of dict"] = (test, file) => Join(
            Global("collections", "defaultdict"), Tuple(Global("builtins", "int")), Op("R"), Text("net"), file.State(test._weights), Op("s")),
        ["old torch without batch counters"] = (test, file) => file.State(test._weights.Where(entry => !entry.Name.EndsWith("tracked", StringComparison.Ordinal))),
    };

    // A layer as it is pickled whole, with a buffer that is not part of its state.
    private byte[] Module(StateFile file, IEnumerable<(string Name, torch.Tensor Value)> layer)
    {
        var (buffers, parameters) = (layer.Where(IsBuffer).ToArray(), layer.Where(entry => !IsBuffer(entry)).ToArray());
        return StateFile.Object("torch.nn.modules", "Layer", Dictionary(
            ("_parameters", Dictionary([.. parameters.Select(Named)])),
            ("_buffers", Dictionary([.. buffers.Select(Named), ("scratch", file.Tensor(torch.ones(9)))])),
            ("_non_persistent_buffers_set", Join(Global("builtins", "set"), Tuple(Join(Op("]"), Text("scratch"), Op("a"))), Op("R"))),
            ("_modules", Op("}"))));

        static bool IsBuffer((string Name, torch.Tensor Value) entry) => entry.Name.StartsWith("norm.running", StringComparison.Ordinal) || entry.Name.EndsWith("tracked", StringComparison.Ordinal);

        (string, byte[]) Named((string Name, torch.Tensor Value) entry) => (entry.Name.Split('.')[1], file.Tensor(entry.Value));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void The_weights_are_found(string layout)
    {
        foreach (var compression in new[] { CompressionLevel.NoCompression, CompressionLevel.Optimal })
        {
            var file = new StateFile();
            file.Write(FilePath, Roots[layout](this, file), compression);
            LoadAndCompare(FilePath, layout);
        }

        var legacy = new StateFile();
        legacy.WriteLegacy(FilePath, Roots[layout](this, legacy));
        LoadAndCompare(FilePath, layout);
    }

    [Fact]
    public void What_is_not_weights_is_passed_over_with_one_note_that_names_it()
    {
        var file = new StateFile();
        file.Write(FilePath, Roots["Lightning"](this, file));

        var loaded = WeightsFile.Load(FilePath, _network);

        (loaded.Section, loaded.Prefix).ShouldBe(("state_dict", "net_g."));
        loaded.PassedOver.ShouldBe(["state_dict.loss.vgg.weight", "optimizer_states.0.state.0.exp_avg"], ignoreOrder: true);
        loaded.Note.ShouldBe(
            $"{FilePath}: taken is section state_dict, prefix net_g.; passed over are 2 tensors: state_dict.loss.vgg.weight, optimizer_states.0.state.0.exp_avg; "
            + "not read are objects of Python: lightning_fabric.utilities.data.AttributeDict.");

        file = new StateFile();
        file.Write(FilePath, Roots["BasicSR: params, params_ema"](this, file));
        WeightsFile.Load(FilePath, _network).Note.ShouldBe(
            $"{FilePath}: taken is section params_ema; passed over are {_weights.Length} tensors: params ({_weights.Length}); what lies at params fits as well (--section, --prefix).");

        file = new StateFile();
        file.Write(FilePath, file.State(_weights));
        WeightsFile.Load(FilePath, _network).Note.ShouldBeNull();
    }

    [Fact]
    public void Section_and_prefix_can_be_chosen_by_hand()
    {
        var file = new StateFile();
        file.Write(FilePath, Dictionary(
            ("params_ema", file.State(_others)),
            ("params", file.State(_others, "a.", [.. _weights.Select(entry => ("b." + entry.Name, file.Tensor(entry.Value)))]))));
        LoadAndCompare(FilePath, "both", new PartChoice("params", "b."));
        LoadAndCompare(FilePath, "the prefix alone, without its dot", new PartChoice(Prefix: "b"));

        var section = Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, _network, new PartChoice("weights")));
        section.Message.ShouldContain("no section weights");
        section.Remedy!.ShouldContain("params, params_ema (--section)");
        var prefix = Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, _network, new PartChoice("params", "c")));
        prefix.Message.ShouldContain("begin with c");
        prefix.Remedy!.ShouldContain("a., b.");
        prefix.Remedy!.ShouldContain("(--prefix)");
        Should.Throw<CheckpointMismatchException>(() => WeightsFile.Load(FilePath, _network, new PartChoice("params", "")));
    }

    [Fact]
    public void Weights_of_a_larger_network_are_refused_although_the_smaller_one_finds_all_its_names()
    {
        var file = new StateFile();
        file.Write(FilePath, Dictionary(
            ("state_dict", file.State(_weights, "model.", ("model.head.1.weight", file.Tensor(torch.ones(1))))), ("args", Number(1))));

        var error = Should.Throw<CheckpointMismatchException>(() => WeightsFile.Load(FilePath, _network));

        error.Mismatch.Unexpected.ShouldHaveSingleItem().Name.ShouldBe("head.1.weight");
        error.Message.ShouldContain("(section state_dict, prefix model.)");
        error.Remedy!.ShouldContain("--section");
    }

    [Fact]
    public void Only_a_tensor_that_depends_on_an_unknown_object_is_refused_and_by_name()
    {
        var file = new StateFile();
        byte[] Strange(torch.Tensor value) => Join(Global("torch._utils", "_rebuild_qtensor"), Tuple(file.Tensor(value), Number(1)), Op("R"));
        file.Write(FilePath, Dictionary(("state_dict", file.State(_weights, "", ("x.scale", Strange(torch.ones(1)))))));
        using (var reader = CheckpointFile.OpenWhole(FilePath))
            reader.Refused.ShouldBe(new Dictionary<string, string> { ["state_dict.x.scale"] = "torch._utils._rebuild_qtensor" }, ignoreOrder: true);
        LoadAndCompare(FilePath, "beside the weights");

        file = new StateFile();
        file.Write(FilePath, file.State(_weights.Skip(1), "", (_weights[0].Name, Strange(_weights[0].Value))));
        var error = Should.Throw<CheckpointMismatchException>(() => WeightsFile.Load(FilePath, _network));
        error.Mismatch.Missing.ShouldHaveSingleItem().Name.ShouldBe(_weights[0].Name);
        error.Remedy!.ShouldContain($"{_weights[0].Name} needs torch._utils._rebuild_qtensor");
    }

    [Theory]
    [InlineData("generator.")]
    [InlineData("")]
    public void Weights_in_several_files_are_read_through_their_index(string prefix)
    {
        var half = _weights.Length / 2;
        var (first, second) = ("net-00001-of-00002.safetensors", "net-00002-of-00002.safetensors");
        SafeTensorsWriter.Write(_directory.File(first), [.. _weights[..half].Select(Prefixed)], new Dictionary<string, string>());
        SafeTensorsWriter.Write(_directory.File(second), [.. _weights[half..].Select(Prefixed), ("other", torch.ones(1))], new Dictionary<string, string>());
        var index = WriteIndex(_weights.Select((entry, at) => (prefix + entry.Name, at < half ? first : second)));

        LoadAndCompare(index, "sharded");
        var error = Should.Throw<IRConStyleException>(() => CheckpointFile.OpenWhole(_directory.Path));
        error.Remedy!.ShouldContain(index);

        File.Delete(_directory.File(second));
        Should.Throw<IRConStyleException>(() => CheckpointFile.OpenWhole(index)).Message.ShouldContain($"{second} is missing");
        Should.Throw<IRConStyleException>(() => CheckpointFile.OpenWhole(WriteIndex([("head.bias", "../secret")]))).Message.ShouldContain("'../secret'");
        Should.Throw<IRConStyleException>(() => CheckpointFile.OpenWhole(WriteIndex([("nothing", first)]))).Message.ShouldContain("no such tensor");
        File.WriteAllText(index, """{ "a": 1 }""");
        Should.Throw<IRConStyleException>(() => CheckpointFile.OpenWhole(index)).Message.ShouldContain("no index of weights");

        (string, torch.Tensor) Prefixed((string Name, torch.Tensor Value) entry) => (prefix + entry.Name, entry.Value);
    }

    [Fact]
    public void Safetensors_have_prefixes_too()
    {
        SafeTensorsWriter.Write(
            FilePath, [.. _weights.Select(entry => ("ema/net." + entry.Name, entry.Value)), .. _others.Select(entry => ("net." + entry.Name, entry.Value))],
            new Dictionary<string, string>());
        LoadAndCompare(FilePath, "safetensors");
    }

    private string WriteIndex(IEnumerable<(string Name, string File)> map)
    {
        var index = _directory.File("net.safetensors.index.json");
        File.WriteAllText(index, JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map.ToDictionary(entry => entry.Name, entry => entry.File) }));
        return index;
    }

    private void LoadAndCompare(string path, string what, PartChoice? choice = null)
    {
        using (torch.no_grad())
            foreach (var (name, value, _) in _network.State())
                value.fill_(name.EndsWith("tracked", StringComparison.Ordinal) ? _weights.Single(entry => entry.Name == name).Value.item<long>() : 0.5);
        WeightsFile.Load(path, _network, choice);
        foreach (var ((name, value, _), expected) in _network.State().Zip(_weights))
            value.Equals(expected.Value).ShouldBeTrue($"{what}: {name}");
    }
}
