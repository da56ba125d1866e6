using System.Reflection;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>A checkpoint is recognised by names and shapes alone: whoever registers a detector is tested.</summary>
public sealed class DetectionTests
{
    public static TheoryData<NetworkCase> Networks => NetworkCase.All();

    /// <summary>The reference networks beside the checkout; one row that is skipped where they are not.</summary>
    public static TheoryData<string> References()
    {
        var folder = Path.Combine(SharedData.Root, "..", "shared", "reference", "arch");
        return Directory.Exists(folder) ? new(Directory.GetFiles(folder, "*.safetensors").Select(Path.GetFileName).Order(StringComparer.Ordinal)!) : ["none"];
    }

    /// <summary>The same as PyTorch's files.</summary>
    public static TheoryData<string> PyTorchReferences()
    {
        var folder = Path.Combine(SharedData.Root, "..", "shared", "reference", "pth");
        return Directory.Exists(folder)
            ? new(Directory.GetFiles(folder, "*.pth").Select(Path.GetFileName).Where(name => !name!.StartsWith("dtype_zoo", StringComparison.Ordinal)).Order(StringComparer.Ordinal)!)
            : ["none"];
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_is_rebuilt_from_names_and_shapes(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var directory = new TemporaryDirectory();
        using var network = @case.Create();
        // Recognising its own files is a plugin's choice.
        if (!network.State().Any() || !Recognises<IBackbone>(@case.Backbone)
            || (@case.Encoder is { } encoder && !Recognises<IStyleEncoder>(encoder))
            || (@case.Injection is { } injection && !Recognises<IStyleInjection>(injection)))
            return;
        var path = directory.File("net.pth");
        PyTorchWriter.Write(path, [.. network.State().Select(entry => ("net." + entry.Name, entry.Value))], "state_dict");

        var identity = ContractHost.Identifier.Identify(path).ShouldNotBeNull();

        identity.IsDescribed.ShouldBeFalse();
        var found = identity.Detected.ShouldNotBeNull();
        (found.Place, found.Backbone?.Name, found.Encoder?.Name).ShouldBe(("state_dict.net.", @case.Backbone, @case.Encoder));
        if (@case.Injection is not null)
            found.Injection?.Name.ShouldBe(@case.Injection);
        using var rebuilt = ContractHost.Pipelines.CreateNetwork(identity.Pipeline.ShouldNotBeNull(), training: false);
        WeightsFile.Load(path, rebuilt);
        rebuilt.State().Select(entry => entry.Name).ShouldBe(network.State().Select(entry => entry.Name), ignoreOrder: true);
    }

    private static bool Recognises<TComponent>(string name)
        where TComponent : class => ContractHost.Factory<TComponent>(name).Info.Detector is not null;

    [SkippableTheory]
    [MemberData(nameof(References))]
    public void Reference_networks_are_recognised_with_their_options(string file)
    {
        using var whole = CheckpointFile.OpenWhole(SharedData.Shared("reference", "arch", file));
        var architecture = whole.Metadata["architecture"];
        var arguments = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(whole.Metadata["constructor"])!;

        var found = ContractHost.Detector.Detect(whole).ShouldNotBeNull();

        var component = (found.Backbone ?? found.Encoder).ShouldNotBeNull();
        var info = found.Backbone is null
            ? ContractHost.Factory<IStyleEncoder>(component.Name).Info
            : ContractHost.Factory<IBackbone>(component.Name).Info;
        info.ReferenceNames.ShouldContain(architecture);
        // The networks of the paper are stored without their encoder.
        found.LacksEncoder.ShouldBe(architecture.StartsWith("ConStyle", StringComparison.Ordinal) && found.Backbone is not null);
        if (found.Backbone is null)
            return;
        CompareOptions(component, arguments);
    }

    [SkippableTheory]
    [MemberData(nameof(PyTorchReferences))]
    public void Reference_checkpoints_are_recognised(string file)
    {
        using var whole = CheckpointFile.OpenWhole(SharedData.Shared("reference", "pth", file));
        var found = ContractHost.Detector.Detect(whole).ShouldNotBeNull();

        var architecture = file[..file.IndexOfAny(['_', '.'])];
        ContractHost.Factory<IBackbone>(found.Backbone.ShouldNotBeNull().Name).Info.ReferenceNames.ShouldContain(architecture);
        // One of them is of a whole training, with encoder, momentum encoder and queue.
        (found.Encoder?.Name).ShouldBe(file.Contains("train_full", StringComparison.Ordinal) ? "constyle" : null);
        if (file.Contains("params_ema", StringComparison.Ordinal) || file == "OriginConv_a.pth")
            found.Place.ShouldBe("params_ema.");
    }

    private static void CompareOptions(DetectedComponent component, Dictionary<string, JsonElement> arguments)
    {
        var assumed = component.Assumed.ToHashSet(StringComparer.Ordinal);
        foreach (var property in component.Options.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<ReferenceArgumentAttribute>() is not { } argument || !arguments.TryGetValue(argument.Name, out var value) || assumed.Contains(property.Name))
                continue;
            var expected = JsonSerializer.Serialize(value.Deserialize(property.PropertyType), property.PropertyType);
            JsonSerializer.Serialize(property.GetValue(component.Options), property.PropertyType).ShouldBe(expected, $"{component.Name}: {property.Name}");
        }
    }
}
