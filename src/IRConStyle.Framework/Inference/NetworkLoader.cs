using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>Builds a pipeline's networks and fills them with weights, ready to restore.</summary>
/// <param name="factory">Builds networks by pipeline.</param>
/// <param name="runtime">Loads libtorch and chooses the device.</param>
/// <param name="suggestion">Finds the pipeline that weights were meant for.</param>
/// <param name="options">How to restore.</param>
public sealed class NetworkLoader(IPipelineFactory factory, TorchRuntime runtime, PipelineSuggestion suggestion, IOptions<InferenceOptions> options)
{
    /// <summary>Opens a pipeline for restoring.</summary>
    /// <param name="pipeline">
    /// Its name; null takes the networks the weights file describes, or the default pipeline when there is no weights file.
    /// </param>
    /// <param name="weights">A weights file; null takes the one the pipeline is configured with.</param>
    /// <param name="device">auto, cpu, cuda or cuda:n; null for the configured device.</param>
    /// <param name="section">Which part of the weights file; see <see cref="CheckpointFile.Open"/>.</param>
    /// <exception cref="IRConStyleException">Unknown pipeline, unreadable or unfitting weights, unknown device.</exception>
    public LoadedNetwork Open(string? pipeline, string? weights, string? device, string? section = null)
    {
        var target = runtime.SelectDevice(device);
        var name = pipeline ?? (weights is null ? factory.DefaultName : Path.GetFileNameWithoutExtension(weights));
        var description = pipeline is null && weights is not null ? Describe(weights, section) : factory.Describe(name);
        var network = factory.CreateNetwork(description, training: false, name);
        try
        {
            var file = weights ?? description.WeightsPath;
            if (file is not null)
                Load(file, network, section);
            else if (network.State().Any())
                throw new IRConStyleException(
                    $"Pipeline {network.PipelineName} has no weights.",
                    $"Give --weights FILE, set IRConStyle:Pipelines:{network.PipelineName}:Weights, or train it first.");
            network.To(target);
            network.Eval();
            return new LoadedNetwork(network, new ImageRestorer(network, target, options.Value), target, file);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private void Load(string file, RestorationNetwork network, string? section)
    {
        try
        {
            WeightsFile.Load(file, network, section);
        }
        catch (CheckpointMismatchException mismatch) when (suggestion.PipelineFor(file, section, network.PipelineName) is { } fitting)
        {
            throw new CheckpointMismatchException(mismatch.Message, $"It fits the pipeline {fitting}: give --pipeline {fitting}.", mismatch.Mismatch);
        }
    }

    private PipelineOptions Describe(string weights, string? section)
        => WeightsFile.ReadPipeline(weights, section) ?? throw new IRConStyleException(
            $"{weights} does not say which networks it belongs to.",
            suggestion.PipelineFor(weights, section) is { } fitting
                ? $"It fits the pipeline {fitting}: give --pipeline {fitting}."
                : "Name them with --pipeline NAME.");
}

/// <summary>A network with its weights.</summary>
/// <param name="Network">The network, in evaluation mode.</param>
/// <param name="Restorer">Restores images with it.</param>
/// <param name="Device">Where it lies.</param>
/// <param name="WeightsPath">Where the weights came from; null for a network without parameters.</param>
public sealed record LoadedNetwork(RestorationNetwork Network, ImageRestorer Restorer, torch.Device Device, string? WeightsPath) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();
}
