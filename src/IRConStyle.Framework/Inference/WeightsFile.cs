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

    private const string BatchCounter = ".num_batches_tracked";

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
        using var reader = CheckpointFile.OpenWhole(path);
        return reader.Metadata.TryGetValue(PipelineDocument.MetadataKey, out var document) ? PipelineDocument.Read(document, path) : null;
    }

    /// <summary>
    /// Loads weights into a network, strictly: every tensor the network needs, and no other where they lie. They are searched
    /// for in all sections of the file, whatever prefix they have; averaged weights come first. All values are read before the
    /// first is put in place, so that for a moment they are in memory twice.
    /// </summary>
    /// <param name="path">A checkpoint of any known format.</param>
    /// <param name="network">Receives the values, converted to the type and device of its own tensors.</param>
    /// <param name="choice">Where to look; null for everywhere.</param>
    /// <returns>Where they lay, and what else the file holds.</returns>
    /// <exception cref="CheckpointMismatchException">Names or shapes differ; the network is then unchanged.</exception>
    /// <exception cref="IRConStyleException">The file is unreadable or damaged; the network is then unchanged.</exception>
    public static LoadedWeights Load(string path, RestorationNetwork network, PartChoice? choice = null) => Load(path, network, choice, isNew: false);

    /// <summary>Loads weights into a network that is discarded when that fails: one value is in memory at a time.</summary>
    internal static LoadedWeights LoadNew(string path, RestorationNetwork network, PartChoice choice) => Load(path, network, choice, isNew: true);

    /// <summary>
    /// Loads the weights of an encoder alone, strictly, from a checkpoint of the encoder or of a whole pipeline.
    /// </summary>
    /// <param name="path">A checkpoint of any known format.</param>
    /// <param name="encoder">Receives the values.</param>
    /// <param name="choice">Where to look; null for everywhere.</param>
    /// <returns>Where they lay, and what else the file holds.</returns>
    /// <exception cref="CheckpointMismatchException">Names or shapes differ; the encoder is then unchanged.</exception>
    /// <exception cref="IRConStyleException">The file is unreadable or damaged; the encoder is then unchanged.</exception>
    public static LoadedWeights LoadEncoder(string path, IStyleEncoder encoder, PartChoice? choice = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var state = encoder.Module.state_dict().Select(entry => (entry.Key, entry.Value, encoder.IsTrainingState(entry.Key))).ToArray();
        return Load(
            path, state, encoder.IsTrainingState, choice, "the style encoder", "Choose the encoder these weights were trained with.", isNew: false);
    }

    private static LoadedWeights Load(string path, RestorationNetwork network, PartChoice? choice, bool isNew)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Load(
            path, [.. network.State()], network.IsTrainingState, choice, $"the networks of pipeline {network.PipelineName}",
            "Choose the pipeline these weights were trained with.", isNew);
    }

    private static LoadedWeights Load(
        string path, (string Name, torch.Tensor Value, bool IsTrainingState)[] state, Func<string, bool> isIgnored, PartChoice? choice,
        string what, string remedy, bool isNew)
    {
        // What only training needs may be absent, and so may what old versions of torch did not store.
        var needed = new NeededState(
            [.. state.Select(entry => (new StateShape(entry.Name, entry.Value.shape), entry.IsTrainingState || entry.Name.EndsWith(BatchCounter, StringComparison.Ordinal)))],
            isIgnored);
        var found = PartSearch.Find(CheckpointFile.OpenWhole(path), needed, choice ?? PartChoice.Any);
        using var part = found.Part;
        if (!found.Mismatch.IsEmpty)
            throw Unfitting(part, found.Mismatch, what, remedy);
        Fill(part, state, isNew);
        return LoadedWeights.Of(found);
    }

    private static void Fill(CheckpointPart part, (string Name, torch.Tensor Value, bool IsTrainingState)[] state, bool isNew)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var read = new List<(torch.Tensor Value, torch.Tensor Stored)>();
        try
        {
            foreach (var (name, value, _) in state.Where(entry => part.Entries.ContainsKey(entry.Name)))
            {
                read.Add((value, part.Read(name)));
                if (isNew)
                    PutInPlace(read);
            }

            PutInPlace(read);
        }
        finally
        {
            foreach (var (_, stored) in read)
                stored.Dispose();
        }
    }

    private static void PutInPlace(List<(torch.Tensor Value, torch.Tensor Stored)> read)
    {
        foreach (var (value, stored) in read)
        {
            value.copy_(stored);
            stored.Dispose();
        }

        read.Clear();
    }

    private static CheckpointMismatchException Unfitting(CheckpointPart part, StateMismatch mismatch, string what, string remedy)
    {
        var place = LoadedWeights.Describe(part);
        var refused = mismatch.Missing.Where(missing => part.Refused.ContainsKey(missing.Name)).ToArray();
        if (refused is [var first, ..])
            remedy = $"{first.Name} needs {part.Refused[first.Name]}, which is not read. {remedy}";
        var shown = DefaultPart.Shown(part.Whole);
        if (shown.Length > 0)
            remedy += $" The file's sections are {shown} (--section).";
        return new CheckpointMismatchException(
            $"{part.FilePath}{(place.Length > 0 ? $" ({place})" : "")} does not fit {what}: {mismatch.Summary()}.\n{mismatch.Table()}", remedy, mismatch);
    }
}
