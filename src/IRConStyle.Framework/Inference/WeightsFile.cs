using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

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
    /// <param name="section">Which part of the file; see <see cref="CheckpointFile.Open"/>.</param>
    /// <exception cref="IRConStyleException">The file is unreadable or its configuration malformed.</exception>
    public static PipelineOptions? ReadPipeline(string path, string? section = null)
    {
        using var reader = CheckpointFile.Open(path, section);
        return reader.Metadata.TryGetValue(PipelineDocument.MetadataKey, out var document) ? PipelineDocument.Read(document, path) : null;
    }

    /// <summary>Loads weights into a network, strictly: every tensor the network needs, and no other.</summary>
    /// <param name="path">A checkpoint of any known format.</param>
    /// <param name="network">Receives the values, converted to the type and device of its own tensors.</param>
    /// <param name="section">Which part of the file; see <see cref="CheckpointFile.Open"/>.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes differ; the network is then unchanged.</exception>
    /// <exception cref="IRConStyleException">
    /// The file is unreadable. One that fails only while its values are read leaves a network that is to be discarded.
    /// </exception>
    public static void Load(string path, RestorationNetwork network, string? section = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var reader = CheckpointFile.Open(path, section);
        var state = network.State().ToArray();
        var mismatch = Compare(network, reader.Entries);
        if (!mismatch.IsEmpty)
            throw Unfitting(
                path, $"the networks of pipeline {network.PipelineName}", mismatch,
                "Choose the pipeline these weights were trained with, or leave --pipeline out so that the file decides.");
        Fill(reader, state.Select(entry => (entry.Name, entry.Value)), name => name);
    }

    /// <summary>
    /// Loads the weights of an encoder alone, strictly, from a checkpoint of the encoder or of a whole pipeline.
    /// </summary>
    /// <param name="path">A checkpoint of any known format.</param>
    /// <param name="encoder">Receives the values.</param>
    /// <param name="section">Which part of the file; see <see cref="CheckpointFile.Open"/>.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes differ; the encoder is then unchanged.</exception>
    /// <exception cref="IRConStyleException">The file is unreadable.</exception>
    public static void LoadEncoder(string path, IStyleEncoder encoder, string? section = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        using var reader = CheckpointFile.Open(path, section);
        var prefix = reader.Entries.Keys.Any(name => name.StartsWith(encoder.StatePrefix, StringComparison.Ordinal)) ? encoder.StatePrefix : "";
        var stored = reader.Entries.Values
            .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name[prefix.Length..], StringComparer.Ordinal);
        var state = encoder.Module.state_dict();
        var mismatch = StateMismatch.Find(
            state.Select(entry => (new StateShape(entry.Key, entry.Value.shape), encoder.IsTrainingState(entry.Key))), stored, encoder.IsTrainingState);
        if (!mismatch.IsEmpty)
            throw Unfitting(path, "the style encoder", mismatch, "Choose the encoder these weights were trained with.");
        Fill(reader, state.Select(entry => (entry.Key, entry.Value)), name => prefix + name);
    }

    /// <summary>How a checkpoint and a network differ.</summary>
    /// <param name="network">The network.</param>
    /// <param name="entries">The checkpoint's tensors.</param>
    public static StateMismatch Compare(RestorationNetwork network, IReadOnlyDictionary<string, CheckpointEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(network);
        // What only training needs may be absent: weights for restoring are complete without it.
        return StateMismatch.Find(
            network.State().Select(entry => (new StateShape(entry.Name, entry.Value.shape), entry.IsTrainingState)), entries, network.IsTrainingState);
    }

    private static void Fill(CheckpointReader reader, IEnumerable<(string Name, torch.Tensor Value)> state, Func<string, string> stored)
    {
        using var noGrad = torch.no_grad();
        foreach (var (name, value) in state.Where(entry => reader.Entries.ContainsKey(stored(entry.Name))))
        {
            using var tensor = reader.Read(stored(name));
            value.copy_(tensor);
        }
    }

    private static CheckpointMismatchException Unfitting(string path, string what, StateMismatch mismatch, string remedy)
        => new($"{path} does not fit {what}: {mismatch.Summary()}.\n{mismatch.Table()}", remedy, mismatch);
}
