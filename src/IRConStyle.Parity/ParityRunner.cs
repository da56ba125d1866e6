using System.Runtime.InteropServices;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Parity;

/// <summary>Checks registered networks, losses and schedules against golden vectors of the authors' code.</summary>
/// <param name="catalogue">Finds components by the name they have in the authors' code.</param>
/// <param name="factory">Builds the usual style injection.</param>
/// <param name="runtime">Loads libtorch.</param>
/// <param name="services">The host's services, for the components.</param>
public sealed class ParityRunner(ComponentCatalogue catalogue, IPipelineFactory factory, TorchRuntime runtime, IServiceProvider services)
{
    private const string Pattern = "*.safetensors";
    private const string ForwardKind = "architecture forward";
    private const string TrainingKind = "training step parity";
    private const string ContrastiveKind = "ConStyle training forward";

    /// <summary>The golden-vector files among files and folders, in order.</summary>
    /// <param name="paths">Files, and folders that are searched with their subfolders.</param>
    /// <exception cref="IRConStyleException">A path does not exist, or nothing was found.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                files.AddRange(Directory.EnumerateFiles(path, Pattern, SearchOption.AllDirectories)
                    .Concat(Directory.EnumerateFiles(path, ScheduleParity.FileName, SearchOption.AllDirectories))
                    .Order(StringComparer.Ordinal));
            else if (File.Exists(path))
                files.Add(path);
            else
                throw new IRConStyleException($"{path} does not exist.", $"Give golden-vector files ({Pattern}) or folders of them.");
        }

        return files.Count > 0
            ? files
            : throw new IRConStyleException($"No {Pattern} files in {string.Join(", ", paths)}.", "Give golden-vector files or folders of them.");
    }

    /// <summary>Checks one file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The result; a file that cannot be used is a failure with its reason, not an exception.</returns>
    public ParityFileResult Check(string path)
    {
        runtime.EnsureLoaded();
        try
        {
            if (Path.GetExtension(path) == ".json")
                return new ScheduleParity(catalogue, services).Check(path);
            using var scope = torch.NewDisposeScope();
            using var file = GoldenFile.Open(path);
            return file.Kind switch
            {
                null => ParityFileResult.Skip(path, "no golden vectors: its metadata has no kind"),
                ForwardKind => CheckForward(file),
                TrainingKind => CheckTraining(file),
                LossParity.Kind => new LossParity(catalogue, services).Check(file),
                TransformParity.Kind => new TransformParity(catalogue, services.GetRequiredService<NamedDegradations>()).Check(file),
                var kind when kind.StartsWith(ContrastiveKind, StringComparison.Ordinal) => CheckContrastive(file),
                var kind => ParityFileResult.Skip(path, $"vectors of kind '{kind}' are not checked here"),
            };
        }
        catch (IRConStyleException error)
        {
            return ParityFileResult.Fail(
                path, null, error.Message.Contains(path, StringComparison.Ordinal) ? error.Message : $"{path} cannot be computed: {error.Message}");
        }
        catch (Exception error) when (error is ExternalException or ArgumentException)
        {
            // The tensor library refuses the file's inputs; what follows the first line is its stack trace.
            return ParityFileResult.Fail(path, null, $"{path} cannot be computed: {error.Message.Split('\n')[0]}");
        }
    }

    private ParityFileResult CheckForward(GoldenFile file)
    {
        if (catalogue.FindByReferenceName<IBackbone>(file.Architecture) is { } backbone)
            return CheckBackbone(file, backbone);
        return catalogue.FindByReferenceName<IStyleEncoder>(file.Architecture) is { } encoder
            ? CheckEncoder(file, encoder)
            : NotRegistered(file);
    }

    private ParityFileResult CheckEncoder(GoldenFile file, IComponentFactory<IStyleEncoder> component)
    {
        var encoder = CreateEncoder(component, file, training: false);
        using var module = encoder.Module;
        (string Name, torch.Tensor Value)[] state = [.. module.named_parameters(), .. module.named_buffers()];
        Load(file, state, DerivedWeights.Complete(file, state));
        module.eval();
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        using var inference = torch.inference_mode();
        foreach (var (index, input) in Inputs(file))
            CompareStyle(comparison, encoder.Encode(input), index);
        return ParityFileResult.Of(file.FilePath, component.Info.Name, comparison.Finish());
    }

    private ParityFileResult CheckBackbone(GoldenFile file, IComponentFactory<IBackbone> component)
    {
        IStyleEncoder? encoder = null;
        if (file.Shared() is { } shared)
        {
            var encoderComponent = catalogue.FindByReferenceName<IStyleEncoder>(shared.Architecture);
            if (encoderComponent is null)
                return ParityFileResult.Skip(file.FilePath, $"its style encoder {shared.Architecture} is not registered");
            using var sharedFile = GoldenFile.Open(shared.Path);
            encoder = CreateEncoder(encoderComponent, sharedFile, training: false);
        }

        var options = ReferenceOptions.Create(component.OptionsType, file.Constructor());
        var injection = encoder is null ? null : factory.Create<IStyleInjection>(PipelineOptions.DefaultInjection);
        var backbone = component.Create(options, new BackboneContext(services, encoder?.Spec, injection));
        using var network = new RestorationNetwork(component.Info.Name, encoder, backbone);
        Load(file, [.. network.State().Select(entry => (entry.Name, entry.Value))], file.ReadWeights());
        network.Eval();
        var comparison = new GoldenComparison(file, oneRoundingClass: true);
        using var inference = torch.inference_mode();
        foreach (var (index, input) in Inputs(file))
        {
            comparison.Compare($"out_{index}", network.Restore(input));
            if (encoder is not null)
                CompareStyle(comparison, encoder.Encode(input), index);
        }

        return ParityFileResult.Of(file.FilePath, component.Info.Name, comparison.Finish());
    }

    private ParityFileResult CheckContrastive(GoldenFile file)
    {
        if (catalogue.FindByReferenceName<IStyleEncoder>(file.Architecture) is not { } component)
            return NotRegistered(file);
        if (CreateEncoder(component, file, training: true) is not IContrastiveStyleEncoder encoder)
            return ParityFileResult.Fail(file.FilePath, component.Info.Name, "the component does not learn by contrast");

        using var module = encoder.Module;
        (string Name, torch.Tensor Value)[] state = [.. module.named_parameters(), .. module.named_buffers()];
        Load(file, state, DerivedWeights.Complete(file, state));
        module.train();
        using var followers = new MomentumEncoder(encoder);
        var comparison = new GoldenComparison(file, oneRoundingClass: false);
        for (var call = 0; file.Has($"input/im_q_{call}"); call++)
        {
            using var scope = torch.NewDisposeScope();
            followers.Follow();
            var output = encoder.EncodePair(file.Read($"input/im_q_{call}"), file.Read($"input/im_k_{call}"));
            encoder.Enqueue(output);
            CompareStyle(comparison, output.Query, call);
            comparison.Compare($"k{output.Query.Latents.Count - 1}_{call}", output.PositiveKey);
            for (var i = 0; i < output.Negatives.Count; i++)
                comparison.Compare($"neg{i}_{call}", output.Negatives[i]);
            comparison.Compare($"logits_{call}", output.Logits);
            comparison.Compare($"labels_{call}", output.Labels);
            foreach (var (name, value) in module.named_buffers())
                comparison.Compare($"{name}_after_{call}", value);
        }

        foreach (var (name, value) in state)
            comparison.Compare($"state_after/{name}", value);
        return ParityFileResult.Of(file.FilePath, component.Info.Name, comparison.Finish());
    }

    private ParityFileResult CheckTraining(GoldenFile file)
    {
        using var sibling = file.Sibling("initial_state_and_inputs_from");
        var start = sibling ?? file;
        if (catalogue.FindByReferenceName<IBackbone>(file.Architecture) is not { } component)
            return NotRegistered(file);
        IComponentFactory<IStyleEncoder>? encoderComponent = null;
        if (file.TrainedEncoder(start) is { } architecture)
        {
            encoderComponent = catalogue.FindByReferenceName<IStyleEncoder>(architecture);
            if (encoderComponent is null)
                return ParityFileResult.Skip(file.FilePath, $"its style encoder {architecture} is not registered");
        }

        var groups = new List<ParityGroup>();
        foreach (var type in new[] { torch.ScalarType.Float64, torch.ScalarType.Float32 })
        {
            var encoder = encoderComponent?.Create(
                ReferenceOptions.Create(encoderComponent.OptionsType, file.EncoderArguments()), new EncoderContext(services, training: true));
            var injection = encoder is null ? null : factory.Create<IStyleInjection>(PipelineOptions.DefaultInjection);
            var backbone = component.Create(
                ReferenceOptions.Create(component.OptionsType, file.Constructor()), new BackboneContext(services, encoder?.Spec, injection));
            using var network = new RestorationNetwork(component.Info.Name, encoder, backbone);
            groups.AddRange(new TrainingStepParity(file, catalogue, factory).Run(
                network,
                start,
                () =>
                {
                    (string Name, torch.Tensor Value)[] state = [.. network.State().Select(entry => (entry.Name, entry.Value))];
                    Load(start, state, DerivedWeights.Complete(start, state));
                },
                type));
        }

        return ParityFileResult.Of(file.FilePath, component.Info.Name, groups);
    }

    private static ParityFileResult NotRegistered(GoldenFile file)
        => ParityFileResult.Skip(file.FilePath, $"the network {file.Architecture} is not registered");

    private IStyleEncoder CreateEncoder(IComponentFactory<IStyleEncoder> component, GoldenFile file, bool training)
        => component.Create(
            ReferenceOptions.Create(component.OptionsType, file.Constructor()), new EncoderContext(services, training));

    private static void CompareStyle(GoldenComparison comparison, StyleCode style, int index)
    {
        for (var i = 0; i < style.Latents.Count; i++)
            comparison.Compare($"q{i}_{index}", style.Latents[i]);
        for (var i = 0; i < style.Features.Count; i++)
            comparison.Compare($"fea{i}_{index}", style.Features[i]);
        if (style.ClassLogits is { } logits)
            comparison.Compare($"predict_{index}", logits);
    }

    private static IEnumerable<(int Index, torch.Tensor Input)> Inputs(GoldenFile file)
    {
        for (var index = 0; file.Has($"input/x{index}"); index++)
            yield return (index, file.Read($"input/x{index}"));
    }

    /// <summary>Strictly: the golden weights and the network's state have the same names and shapes.</summary>
    private static void Load(GoldenFile file, (string Name, torch.Tensor Value)[] state, Dictionary<string, torch.Tensor> weights)
    {
        var names = state.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var missing = names.Where(name => !weights.ContainsKey(name)).Take(5).ToArray();
        var unexpected = weights.Keys.Where(name => !names.Contains(name)).Take(5).ToArray();
        if (missing.Length + unexpected.Length > 0)
            throw file.Bad($"has weights that do not fit: missing {List(missing)}, unexpected {List(unexpected)}");

        using var noGrad = torch.no_grad();
        foreach (var (name, value) in state)
        {
            var golden = weights[name];
            if (!golden.shape.AsSpan().SequenceEqual(value.shape))
                throw file.Bad($"has {name} as [{string.Join("×", golden.shape)}], the network as [{string.Join("×", value.shape)}]");
            value.copy_(golden);
        }
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}
