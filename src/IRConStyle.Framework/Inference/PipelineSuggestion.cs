using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Framework.Inference;

/// <summary>Finds the configured pipeline whose networks a checkpoint fits, for error messages.</summary>
/// <param name="factory">Builds networks.</param>
public sealed class PipelineSuggestion(IPipelineFactory factory)
{
    /// <summary>Builds one pipeline after the other until one fits.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="section">Which part of it; see <see cref="CheckpointFile.Open"/>.</param>
    /// <param name="except">A pipeline that is known not to fit.</param>
    /// <returns>The pipeline's name; null when none fits.</returns>
    /// <exception cref="IRConStyleException">The file is unreadable.</exception>
    public string? PipelineFor(string path, string? section, string? except = null)
    {
        using var reader = CheckpointFile.Open(path, section);
        return reader.Entries.Count == 0 ? null : factory.Names.FirstOrDefault(name => name != except && Fits(name, reader));
    }

    private bool Fits(string pipeline, CheckpointReader reader)
    {
        try
        {
            using var network = factory.CreateNetwork(pipeline, training: false);
            return WeightsFile.Compare(network, reader.Entries).IsEmpty;
        }
        catch (IRConStyleException)
        {
            // A pipeline that cannot be built is no suggestion; whoever asks for it gets its own error.
            return false;
        }
    }
}
