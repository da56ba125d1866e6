using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>Builds a pipeline's networks and fills them with weights, ready to restore.</summary>
/// <param name="factory">Builds networks by pipeline.</param>
/// <param name="runtime">Loads libtorch and chooses the device.</param>
/// <param name="identifier">Finds out which networks weights are of.</param>
/// <param name="options">How to restore.</param>
/// <param name="logger">Told what of a weights file was passed over.</param>
public sealed partial class NetworkLoader(
    IPipelineFactory factory, TorchRuntime runtime, CheckpointIdentifier identifier, IOptions<InferenceOptions> options, ILogger<NetworkLoader>? logger = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<NetworkLoader>.Instance;

    /// <summary>Opens a pipeline for restoring.</summary>
    /// <param name="pipeline">
    /// Its name; null takes the networks that the weights file describes or that a plugin recognises in it, or the default
    /// pipeline when there is no weights file.
    /// </param>
    /// <param name="weights">A weights file; null takes the one the pipeline is configured with.</param>
    /// <param name="device">auto, cpu, cuda or cuda:n; null for the configured device.</param>
    /// <param name="choice">Where in the weights file to look; null for everywhere, see <see cref="WeightsFile.Load(string, RestorationNetwork, PartChoice?)"/>.</param>
    /// <param name="changes">What is to be otherwise than configured; null for nothing.</param>
    /// <returns>A network that lives until it is disposed, whatever dispose scope it was opened in.</returns>
    /// <exception cref="IRConStyleException">Unknown pipeline, unreadable or unfitting weights, unknown device, or one that lacks the precision.</exception>
    public LoadedNetwork Open(string? pipeline, string? weights, string? device, PartChoice? choice = null, InferenceChanges? changes = null)
    {
        var target = runtime.SelectDevice(device);
        var inference = (changes ?? new InferenceChanges()).ApplyTo(options.Value);
        PrecisionSupport.Check(inference.Precision, target);
        using var scope = torch.NewDisposeScope();
        var name = pipeline ?? (weights is null ? factory.DefaultName : Path.GetFileNameWithoutExtension(weights));
        var description = pipeline is null && weights is not null ? Identify(weights, choice) : factory.Describe(name);
        var network = factory.CreateNetwork(description, training: false, name);
        try
        {
            var file = weights ?? description.WeightsPath;
            if (file is not null)
                Load(file, network, choice ?? PartChoice.Any, isGiven: weights is not null, isNamed: pipeline is not null);
            else if (network.State().Any())
                throw new IRConStyleException(
                    $"Pipeline {network.PipelineName} has no weights.",
                    $"Give --weights FILE, set IRConStyle:Pipelines:{network.PipelineName}:Weights, or train it first.");
            network.To(target);
            network.Eval();
            PrecisionSupport.Convert(network, inference.Precision);
            network.DetachFromDisposeScope();
            var exact = inference.Precision is InferencePrecision.Float32 ? null : new Lazy<LoadedNetwork>(
                () => Open(pipeline, weights, device, choice, (changes ?? new InferenceChanges()) with { Precision = InferencePrecision.Float32 }));
            return new LoadedNetwork(network, new ImageRestorer(network, target, inference, exact is null ? null : () => exact.Value.Restorer), target, file, exact);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private void Load(string file, RestorationNetwork network, PartChoice choice, bool isGiven, bool isNamed)
    {
        try
        {
            if (WeightsFile.LoadNew(file, network, choice).Note is { } note)
                LogPassedOver(_logger, note);
        }
        catch (CheckpointMismatchException mismatch) when (RemedyFor(file, network.PipelineName, choice, isGiven, isNamed) is { } remedy)
        {
            throw new CheckpointMismatchException(mismatch.Message, remedy, mismatch.Mismatch);
        }
    }

    private PipelineOptions Identify(string weights, PartChoice? choice)
    {
        var identity = identifier.Identify(weights, choice) ?? throw new IRConStyleException(
            $"{weights} does not say which networks it belongs to, and no plugin recognises them.",
            "Name them with --pipeline NAME; irconstyle inspect FILE lists what the file holds.");
        var pipeline = identity.Require(weights);
        if (!identity.IsDescribed)
            LogRecognised(_logger, weights, identity.Summary, identity.Assumptions.Count == 0 ? "" : $"; assumed, as they do not tell: {string.Join(", ", identity.Assumptions)}");
        return pipeline;
    }

    /// <summary>What the file is of, when that is another network; null when nothing is known of it.</summary>
    private string? RemedyFor(string file, string pipeline, PartChoice choice, bool isGiven, bool isNamed)
    {
        var identity = IdentifyOrNull(file, choice);
        if (identity is not { Pipeline: { } networks } || identity.Configured.Contains(pipeline, StringComparer.OrdinalIgnoreCase))
            return null;
        var byShape = identity.Detected?.ToPipeline();
        // A file whose own description does not fit it is opened by name only.
        if ((isGiven && !isNamed) || (byShape is not null && !identifier.AreAlike(networks, byShape, identity.Detected)))
            return "What the file says of itself does not fit its weights: name their pipeline with --pipeline NAME.";
        var says = identity.IsDescribed ? "Its metadata says that it is of" : "By names and shapes it is of";
        string[] ways = [.. isGiven ? ["leave --pipeline out"] : Array.Empty<string>(), .. identity.Configured.Take(1).Select(name => $"give --pipeline {name}")];
        return $"{says} {identity.Summary}{(ways.Length == 0 ? "" : $": {string.Join(", or ", ways)}")}.";
    }

    // This is for a remedy: a description that cannot be read is none.
    private CheckpointIdentity? IdentifyOrNull(string file, PartChoice choice)
    {
        try
        {
            return identifier.Identify(file, choice);
        }
        catch (IRConStyleException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Weights} is recognised by names and shapes as {Networks}{Assumed}.")]
    private static partial void LogRecognised(ILogger logger, string weights, string networks, string assumed);

    [LoggerMessage(LogLevel.Information, "{Note}")]
    private static partial void LogPassedOver(ILogger logger, string note);
}

/// <summary>A network with its weights.</summary>
/// <param name="Network">The network, in evaluation mode.</param>
/// <param name="Restorer">Restores images with it.</param>
/// <param name="Device">Where it lies.</param>
/// <param name="WeightsPath">Where the weights came from; null for a network without parameters.</param>
/// <param name="Exact">The same in float32, opened when an image asks for it; null where this one is.</param>
public sealed record LoadedNetwork(
    RestorationNetwork Network, ImageRestorer Restorer, torch.Device Device, string? WeightsPath, Lazy<LoadedNetwork>? Exact = null) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Network.Dispose();
        if (Exact is { IsValueCreated: true })
            Exact.Value.Dispose();
    }
}
