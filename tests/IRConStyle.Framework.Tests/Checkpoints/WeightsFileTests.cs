using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Checkpoints;

public sealed class WeightsFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create();

    private string FilePath => _directory.File("weights.safetensors");

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void What_does_not_fit_is_listed_and_the_network_stays_as_it_was()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny");
        var before = network.Parameter("head.bias").detach().clone();
        var state = network.State()
            .Where(entry => entry.Name != "head.bias")
            .Select(entry => (entry.Name, entry.Name == "tail.weight" ? torch.zeros(3, 4, 5, 5) : entry.Value))
            .Append(("extra.weight", torch.zeros(1)))
            .ToArray();
        SafeTensorsWriter.Write(FilePath, state, new Dictionary<string, string>());

        var error = Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, network));
        error.Message.ShouldContain(FilePath);
        error.Message.ShouldContain("1 missing, 1 unexpected, 1 of another shape");
        error.Message.ShouldContain("tail.weight [3×4×3×3]  tail.weight [3×4×5×5]");
        error.Message.ShouldContain("head.bias [4]          -");
        error.Message.ShouldContain("-                      extra.weight [1]");
        EngineHost.Difference(network.Parameter("head.bias").detach(), before).ShouldBe(0);
    }

    [SkippableFact]
    public void A_file_that_fails_while_its_values_are_read_leaves_the_network_as_it_was()
    {
        Skip.If(OperatingSystem.IsWindows(), "A file that is open cannot be cut there.");
        using var scope = torch.NewDisposeScope();
        using var tiny = _services.Network("tiny");
        // The file is cut once it is open, in the middle of its values.
        using var network = new RestorationNetwork("cut", new CuttingEncoder(FilePath), tiny.Backbone);
        var state = network.State().Select(entry => (entry.Name, entry.Value + 1)).Append(("cut.extra", torch.zeros(1))).ToArray();
        SafeTensorsWriter.Write(FilePath, state, new Dictionary<string, string>());
        var before = network.State().Select(entry => entry.Value.detach().clone()).ToArray();

        Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, network)).Message.ShouldContain("cannot be read any further");

        foreach (var (entry, old) in network.State().Zip(before))
            entry.Value.Equals(old).ShouldBeTrue(entry.Name);
    }

    /// <summary>Takes away the file's last bytes when it is asked about a name of it.</summary>
    private sealed class CuttingEncoder(string file) : IStyleEncoder
    {
        public StyleSpec Spec { get; } = new([1], []);

        public string StatePrefix => "cut.";

        public torch.nn.Module Module { get; } = torch.nn.Linear(3, 1);

        public StyleCode Encode(torch.Tensor image) => throw new NotSupportedException();

        public bool IsTrainingState(string stateName)
        {
            if (stateName != "extra")
                return false;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            stream.SetLength(stream.Length - 8);
            return true;
        }
    }

    [Fact]
    public void A_checkpoint_of_a_whole_training_fits_networks_that_only_restore()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new RestorationNetwork("half", new HalfEncoder(), _services.Network("tiny").Backbone);
        (string, torch.Tensor)[] state =
            [.. network.State().Select(entry => (entry.Name, entry.Value)), ("half.momentum.weight", torch.zeros(3)), ("half.queue", torch.zeros(5))];
        SafeTensorsWriter.Write(FilePath, state, new Dictionary<string, string>());

        Should.NotThrow(() => WeightsFile.Load(FilePath, network));
        SafeTensorsWriter.Write(FilePath, [.. state, ("half.other", torch.zeros(1))], new Dictionary<string, string>());
        Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, network)).Message.ShouldContain("1 unexpected.\n");
    }

    /// <summary>The restoring half of an encoder whose training half has a momentum network and a queue.</summary>
    private sealed class HalfEncoder : IStyleEncoder
    {
        public StyleSpec Spec { get; } = new([1], []);

        public string StatePrefix => "half.";

        public torch.nn.Module Module { get; } = torch.nn.Linear(3, 1);

        public StyleCode Encode(torch.Tensor image) => throw new NotSupportedException();

        public bool IsTrainingState(string stateName) => stateName.StartsWith("momentum.", StringComparison.Ordinal) || stateName == "queue";
    }

    [Fact]
    public void Values_are_converted_to_the_type_of_the_network()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny");
        var state = network.State().Select(entry => (entry.Name, entry.Value.is_floating_point() ? entry.Value.to(torch.float64) : entry.Value)).ToArray();
        SafeTensorsWriter.Write(FilePath, state, new Dictionary<string, string>());
        using var other = _services.Network("tiny");
        using (torch.no_grad())
            other.Parameter("head.weight").zero_();
        WeightsFile.Load(FilePath, other);
        EngineHost.Difference(other.Parameter("head.weight"), network.Parameter("head.weight")).ShouldBe(0);
        other.Parameter("head.weight").dtype.ShouldBe(torch.float32);
    }

    [Fact]
    public void What_only_training_needs_may_be_absent()
    {
        using var scope = torch.NewDisposeScope();
        using var backbone = _services.Network("tiny");
        using var network = new RestorationNetwork("styled", new QueueEncoder(), backbone.Backbone);
        network.State().Count(entry => entry.IsTrainingState).ShouldBe(1);
        var complete = network.State().Select(entry => (entry.Name, entry.Value)).ToArray();

        SafeTensorsWriter.Write(FilePath, [.. complete.Where(entry => entry.Name != "Style.queue")], new Dictionary<string, string>());
        WeightsFile.Load(FilePath, network);
        SafeTensorsWriter.Write(FilePath, complete, new Dictionary<string, string>());
        WeightsFile.Load(FilePath, network);
        SafeTensorsWriter.Write(FilePath, [.. complete.Where(entry => entry.Name != "Style.weight")], new Dictionary<string, string>());
        Should.Throw<IRConStyleException>(() => WeightsFile.Load(FilePath, network)).Message.ShouldContain("1 missing.\n  network");
    }

    [Fact]
    public void A_file_describes_its_networks_with_their_options()
    {
        using var network = _services.Network("tiny", ("Width", 6));
        var pipeline = new PipelineOptions { Backbone = ComponentOptions.Of("tiny", ("Width", 6)) };
        WeightsFile.Save(FilePath, [.. network.State().Select(entry => (entry.Name, entry.Value))], pipeline, iteration: 12);

        using var loaded = _services.GetRequiredService<NetworkLoader>().Open(pipeline: null, FilePath, "cpu");
        loaded.Network.PipelineName.ShouldBe("weights");
        loaded.WeightsPath.ShouldBe(FilePath);
        loaded.Network.Parameter("head.weight").shape[0].ShouldBe(6);
    }

    [Fact]
    public void A_file_without_a_description_asks_for_the_pipeline()
    {
        SafeTensorsWriter.Write(FilePath, [], new Dictionary<string, string>());
        WeightsFile.ReadPipeline(FilePath).ShouldBeNull();
        var error = Should.Throw<IRConStyleException>(() => _services.GetRequiredService<NetworkLoader>().Open(null, FilePath, "cpu"));
        error.Message.ShouldContain(FilePath);
        error.Remedy.ShouldNotBeNull().ShouldContain("--pipeline");
    }

    [Fact]
    public void A_pipeline_without_weights_is_refused_unless_it_needs_none()
    {
        using var services = EngineHost.Create("""
            { "Pipelines": { "untrained": { "Backbone": { "Name": "tiny" } }, "copy": { "Backbone": { "Name": "copy" } } } }
            """);
        var loader = services.GetRequiredService<NetworkLoader>();
        Should.Throw<IRConStyleException>(() => loader.Open("untrained", null, "cpu")).Message.ShouldContain("untrained");
        using var copy = loader.Open("copy", null, "cpu");
        copy.WeightsPath.ShouldBeNull();
    }

    /// <summary>One weight for restoring, one queue for training.</summary>
    private sealed class QueueEncoder : torch.nn.Module, IContrastiveStyleEncoder
    {
        public QueueEncoder()
            : base(nameof(QueueEncoder))
        {
            register_parameter("weight", new TorchSharp.Modules.Parameter(torch.ones(2)));
            register_buffer("queue", torch.zeros(4));
        }

        public StyleSpec Spec { get; } = new([2], []);

        public string StatePrefix => "Style.";

        public torch.nn.Module Module => this;

        public bool IsTrainingState(string stateName) => stateName == "queue";

        public StyleCode Encode(torch.Tensor image) => throw new NotSupportedException();

        public double Momentum => throw new NotSupportedException();

        public IReadOnlyList<FollowedParameter> Followers => throw new NotSupportedException();

        public void Enqueue(ContrastiveOutput output) => throw new NotSupportedException();

        public ContrastiveOutput EncodePair(torch.Tensor degraded, torch.Tensor clean) => throw new NotSupportedException();
    }
}
