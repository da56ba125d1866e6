using System.Diagnostics;
using System.Reflection;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Tests.Engine;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Inference;

/// <summary>A file says which network it is of, or a plugin recognises it; the plugin here knows the contract alone.</summary>
public sealed class DetectionTests : IDisposable
{
    private const string Pipelines = """
        { "Pipelines": {
            "derain-tiny": { "Backbone": { "Name": "tiny", "Options": { "Width": 6 } }, "Training": { "Degradation": { "Name": "around" } } },
            "denoise-tiny": { "Backbone": { "Name": "tiny", "Options": { "Width": 6 } }, "Training": { "Degradation": { "Name": "darken" } } },
            "wide": { "Backbone": { "Name": "tiny", "Options": { "Width": 9 } } } } }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services = EngineHost.Create(Pipelines);

    private string FilePath => _directory.File("net.safetensors");

    private NetworkLoader Loader => _services.GetRequiredService<NetworkLoader>();

    private CheckpointIdentifier Identifier => _services.GetRequiredService<CheckpointIdentifier>();

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("model.net_g.")]
    public void Weights_that_say_nothing_of_themselves_are_opened_by_what_a_plugin_recognises(string prefix)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Write(prefix, ("Width", 7));

        using var loaded = Loader.Open(pipeline: null, FilePath, "cpu");

        loaded.Network.Parameter("head.weight").Equals(network.Parameter("head.weight")).ShouldBeTrue();
        var identity = Identifier.Identify(FilePath).ShouldNotBeNull();
        (identity.Summary, identity.IsDescribed).ShouldBe(("tiny", false));
        identity.Detected!.Place.ShouldBe(prefix);
        identity.Components.ShouldBe([("backbone", "tiny: Width 7")]);
        identity.Assumptions.ShouldBe(["SizeMultiple 1"]);
        identity.Configured.ShouldBeEmpty();
    }

    [Fact]
    public void Averaged_weights_are_recognised_first()
    {
        using var scope = torch.NewDisposeScope();
        using var live = _services.Network("tiny", ("Width", 7));
        using var average = _services.Network("tiny", ("Width", 5));
        var states = new[] { ("net.", live), ("net_ema.", average) };
        SafeTensorsWriter.Write(
            FilePath, [.. states.SelectMany(state => state.Item2.State().Select(entry => (state.Item1 + entry.Name, entry.Value)))], new Dictionary<string, string>());

        Identifier.Identify(FilePath)!.Detected!.Place.ShouldBe("net_ema.");
        Identifier.Identify(FilePath, new PartChoice(Prefix: "net"))!.Detected!.Place.ShouldBe("net.");
        using var loaded = Loader.Open(null, FilePath, "cpu");
        loaded.Network.Parameter("head.weight").shape[0].ShouldBe(5);
    }

    [Fact]
    public void What_the_metadata_says_comes_first_and_names_the_pipeline_of_its_task()
    {
        using var scope = torch.NewDisposeScope();
        using var network = _services.Network("tiny", ("Width", 6));
        var pipeline = _services.GetRequiredService<IPipelineFactory>().Describe("denoise-tiny");
        pipeline.Training.Losses = [new LossOptions { Name = "square" }];
        WeightsFile.Save(FilePath, [.. network.State().Select(entry => (entry.Name, entry.Value))], pipeline, iteration: 1);

        var identity = Identifier.Identify(FilePath).ShouldNotBeNull();
        (identity.Summary, identity.IsDescribed).ShouldBe(("tiny", true));
        // The other one is of the same network and of another task.
        identity.Configured.ShouldBe(["denoise-tiny", "derain-tiny"]);

        var error = Should.Throw<CheckpointMismatchException>(() => Loader.Open("wide", FilePath, "cpu"));
        error.Remedy.ShouldBe("Its metadata says that it is of tiny: leave --pipeline out, or give --pipeline denoise-tiny.");
        using var left = Loader.Open(null, FilePath, "cpu");
        using var given = Loader.Open("denoise-tiny", FilePath, "cpu");
    }

    [Fact]
    public void A_pipeline_that_does_not_fit_is_answered_by_what_names_and_shapes_tell()
    {
        using (Write("", ("Width", 6)))
        {
            var error = Should.Throw<CheckpointMismatchException>(() => Loader.Open("wide", FilePath, "cpu"));
            error.Remedy.ShouldBe("By names and shapes it is of tiny: leave --pipeline out, or give --pipeline denoise-tiny.");
        }

        using (Write("", ("Width", 3)))
            Should.Throw<CheckpointMismatchException>(() => Loader.Open("wide", FilePath, "cpu"))
                .Remedy.ShouldBe("By names and shapes it is of tiny: leave --pipeline out.");
    }

    [Fact]
    public void Nobody_is_sent_in_a_circle()
    {
        using var network = _services.Network("mixed");
        SafeTensorsWriter.Write(FilePath, [.. network.State().Select(entry => (entry.Name, entry.Value))], new Dictionary<string, string>());

        var unknown = Should.Throw<IRConStyleException>(() => Loader.Open(null, FilePath, "cpu"));
        unknown.Message.ShouldContain("no plugin recognises");
        unknown.Remedy!.ShouldContain("--pipeline NAME");
        var named = Should.Throw<CheckpointMismatchException>(() => Loader.Open("wide", FilePath, "cpu"));
        named.Remedy!.ShouldNotContain("leave --pipeline out");
    }

    [Fact]
    public void Finding_out_builds_no_network()
    {
        var factory = DispatchProxy.Create<IPipelineFactory, OnlyDescribing>();
        ((OnlyDescribing)factory).Inner = _services.GetRequiredService<IPipelineFactory>();
        using (Write("", ("Width", 6)))
        using (var services = EngineHost.Create("{}", services => services.AddSingleton(factory), []))
            services.GetRequiredService<CheckpointIdentifier>().Identify(FilePath)!.Configured.ShouldBe(["denoise-tiny", "derain-tiny"]);
    }

    [Fact]
    public void A_detector_that_fails_keeps_no_other_from_being_asked()
    {
        using (Write("", ("Width", 6)))
        using (var services = EngineHost.Create("{}", services => services.AddSingleton<IComponentFactory<IBackbone>>(new Throwing()), []))
            services.GetRequiredService<CheckpointIdentifier>().Identify(FilePath)!.Summary.ShouldBe("tiny");
    }

    [Theory]
    [InlineData("large.safetensors")]
    [InlineData("large.pth")]
    public void Half_a_gigabyte_is_recognised_in_a_second(string name)
    {
        // A sparse file: what is not written takes no space and is never read.
        var path = _directory.File(name);
        var large = new CheckpointEntry("filler", torch.float32, [125_000_000]);
        using (var network = _services.Network("tiny", ("Width", 6)))
        {
            var entries = network.State().Select(entry => new CheckpointEntry("net." + entry.Name, entry.Value.dtype, entry.Value.shape)).Append(large).ToArray();
            if (name.EndsWith(".pth", StringComparison.Ordinal))
                SparseFile.WritePyTorch(path, entries);
            else
                SparseFile.WriteSafeTensors(path, entries);
        }

        new FileInfo(path).Length.ShouldBeGreaterThan(500_000_000);
        Write("", ("Width", 6)).Dispose();
        Identifier.Identify(FilePath).ShouldNotBeNull();
        var clock = Stopwatch.StartNew();
        Identifier.Identify(path)!.Components.ShouldBe([("backbone", "tiny: Width 6")]);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private RestorationNetwork Write(string prefix, params (string Key, object? Value)[] options)
    {
        var network = _services.Network("tiny", options);
        SafeTensorsWriter.Write(FilePath, [.. network.State().Select(entry => (prefix + entry.Name, entry.Value))], new Dictionary<string, string>());
        return network;
    }

    /// <summary>Describes pipelines and builds none.</summary>
    public class OnlyDescribing : DispatchProxy
    {
        public IPipelineFactory? Inner { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
            => targetMethod!.Name is nameof(IPipelineFactory.Describe) or "get_Names"
                ? targetMethod.Invoke(Inner, args)
                : throw new NotSupportedException(targetMethod.Name);
    }

    /// <summary>A component whose detector is broken.</summary>
    private sealed class Throwing : IComponentFactory<IBackbone>, IStateDetector
    {
        public ComponentInfo Info => new("broken", "Broken") { Detector = this };

        public Type OptionsType => typeof(NoOptions);

        public string Anchor => "head.weight";

        public IBackbone Create(object options, ComponentContext context) => throw new NotSupportedException();

        public DetectedOptions? Detect(IStateShapes state) => throw new InvalidOperationException("out of luck");
    }
}
