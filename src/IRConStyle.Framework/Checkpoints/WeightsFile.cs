using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Composition;
using TorchSharp;

namespace IRConStyle.Framework.Checkpoints;

/// <summary>Weights of a whole pipeline in one safetensors file that also says which networks they fit.</summary>
public static class WeightsFile
{
    /// <summary>Metadata key of the training iteration.</summary>
    public const string IterationKey = "irconstyle.iteration";

    /// <summary>Writes weights.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="state">Names and tensors; not changed.</param>
    /// <param name="pipeline">The pipeline they belong to.</param>
    /// <param name="iteration">How many iterations they were trained for.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public static void Save(
        string path, IReadOnlyList<(string Name, torch.Tensor Value)> state, PipelineOptions pipeline, int iteration)
        => SafeTensorsWriter.Write(path, state, new Dictionary<string, string>
        {
            ["format"] = "pt",
            [PipelineDocument.MetadataKey] = PipelineDocument.Write(pipeline),
            [IterationKey] = iteration.ToString(CultureInfo.InvariantCulture),
        });

    /// <summary>The pipeline a weights file was trained with; null when it does not say.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IRConStyleException">The file is unreadable or its configuration malformed.</exception>
    public static PipelineOptions? ReadPipeline(string path)
    {
        using var reader = SafeTensorsReader.Open(path);
        return reader.Metadata.TryGetValue(PipelineDocument.MetadataKey, out var document) ? PipelineDocument.Read(document, path) : null;
    }

    /// <summary>Loads weights into a network, strictly: every tensor the network needs, and no other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">Receives the values, converted to the type and device of its own tensors.</param>
    /// <exception cref="IRConStyleException">
    /// The file is unreadable, or names or shapes differ; the network is then unchanged.
    /// </exception>
    public static void Load(string path, RestorationNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var reader = SafeTensorsReader.Open(path);
        var state = network.State().ToArray();
        Check(path, network, reader, state);
        using var noGrad = torch.no_grad();
        foreach (var (name, value, _) in state.Where(entry => reader.Entries.ContainsKey(entry.Name)))
        {
            using var stored = reader.Read(name);
            value.copy_(stored);
        }
    }

    private static void Check(
        string path, RestorationNetwork network, SafeTensorsReader reader, (string Name, torch.Tensor Value, bool IsTrainingState)[] state)
    {
        // What only training needs may be absent: weights for restoring are complete without it.
        var missing = state.Where(entry => !entry.IsTrainingState && !reader.Entries.ContainsKey(entry.Name)).Select(entry => entry.Name);
        var known = state.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var unexpected = reader.Entries.Keys.Where(name => !known.Contains(name) && !network.IsTrainingState(name));
        var misshapen = state
            .Where(entry => reader.Entries.TryGetValue(entry.Name, out var stored) && !stored.Shape.AsSpan().SequenceEqual(entry.Value.shape))
            .Select(entry => $"{entry.Name} is {Shape(reader.Entries[entry.Name].Shape)}, the network has {Shape(entry.Value.shape)}");

        var problems = new[] { Describe("missing", missing), Describe("unexpected", unexpected), Describe("of another shape", misshapen) }
            .Where(text => text.Length > 0).ToArray();
        if (problems.Length > 0)
            throw new IRConStyleException(
                $"{path} does not fit the networks of pipeline {network.PipelineName}: {string.Join("; ", problems)}.",
                "Choose the pipeline these weights were trained with, or leave --pipeline out so that the file decides.");
    }

    private static string Describe(string what, IEnumerable<string> names)
    {
        var all = names.ToArray();
        const int shown = 5;
        return all.Length == 0
            ? ""
            : $"{all.Length} {what} ({string.Join(", ", all.Take(shown))}{(all.Length > shown ? ", …" : "")})";
    }

    private static string Shape(long[] shape) => $"[{string.Join("×", shape)}]";
}
