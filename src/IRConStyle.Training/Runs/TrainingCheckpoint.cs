using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Training.Runs;

/// <summary>What a checkpoint says beside its tensors.</summary>
/// <param name="Iteration">The last finished iteration; with the seed it also fixes the place in the data and all random numbers.</param>
/// <param name="OptimizerSteps">Steps of the optimizer.</param>
/// <param name="RollBacks">How often the run was rolled back.</param>
/// <param name="RateFactor">What the learning rate is multiplied by since.</param>
/// <param name="LeastLoss">The least average of the image losses reported so far.</param>
/// <param name="Best">The value of validation's deciding metric that the best weights on disk reached; may be infinite (PSNR of equal images).</param>
/// <param name="BestIteration">When it was reached; 0 while there are none.</param>
/// <param name="Configuration">The pipeline's settings by key.</param>
internal sealed record TrainingState(
    int Iteration,
    long OptimizerSteps,
    int RollBacks,
    double RateFactor,
    double? LeastLoss,
    double? Best,
    int BestIteration,
    IReadOnlyDictionary<string, string> Configuration);

/// <summary>
/// A training's whole state in one safetensors file, by name: weights, averages, both moments, momentum encoder, queue. A
/// hash over all of it tells a damaged file from a whole one.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string StateKey = CheckpointFile.TrainingStateKey;
    private const string FirstMoment = "exp_avg";
    private const string SecondMoment = "exp_avg_sq";
    private const string HashKey = "irconstyle.sha256";

    // JSON itself has no infinity, and a run's best may be one.
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes a checkpoint, aside first, then renamed.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="step">The networks, their averages and moments.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="state">Where the training stands.</param>
    /// <exception cref="IRConStyleException">The file cannot be written.</exception>
    public static void Write(string path, TrainingStep step, PipelineOptions pipeline, TrainingState state)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        (string Name, torch.Tensor Value)[] tensors = [.. Tensors(step).Select(entry => (entry.Name, entry.Value.detach().cpu().contiguous()))];
        var text = JsonSerializer.Serialize(state, Json);
        SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = "pt",
            [PipelineDocument.MetadataKey] = PipelineDocument.Write(pipeline),
            [WeightsFile.IterationKey] = state.Iteration.ToString(System.Globalization.CultureInfo.InvariantCulture),
            [StateKey] = text,
            [HashKey] = Hash(text, tensors.OrderBy(entry => entry.Name, StringComparer.Ordinal), dispose: false),
        });
    }

    /// <summary>Reads where a checkpoint's training stood, and makes sure that the whole file is what was written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IRConStyleException">The file is unreadable, damaged or no checkpoint of a training.</exception>
    public static TrainingState ReadState(string path)
    {
        using var reader = SafeTensorsReader.Open(path);
        if (!reader.Metadata.TryGetValue(StateKey, out var text) || !reader.Metadata.TryGetValue(HashKey, out var hash))
            throw new IRConStyleException($"{path} holds weights, but not the state of a training.", "Choose a file from the folder checkpoints of a run.");
        using var scope = torch.NewDisposeScope();
        // One tensor in memory at a time.
        if (hash != Hash(text, reader.Entries.Keys.Order(StringComparer.Ordinal).Select(name => (name, reader.Read(name))), dispose: true))
            throw new IRConStyleException($"{path} is damaged: its content is not what was written.");
        try
        {
            return JsonSerializer.Deserialize<TrainingState>(text, Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException exception)
        {
            throw new IRConStyleException($"{path} does not say where its training stood: {exception.Message}", null, exception);
        }
    }

    /// <summary>Puts a checkpoint's tensors into networks, averages and moments of the same pipeline.</summary>
    /// <param name="path">A file that <see cref="ReadState"/> accepted.</param>
    /// <param name="step">Receives the values.</param>
    /// <param name="state">Where the training stood.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes differ; nothing is changed then.</exception>
    public static void Load(string path, TrainingStep step, TrainingState state)
    {
        using var reader = SafeTensorsReader.Open(path);
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        (string Name, torch.Tensor Value)[] tensors = [.. Tensors(step)];
        var mismatch = StateMismatch.Find(
            tensors.Select(entry => (new StateShape(entry.Name, entry.Value.shape), false)), reader.Entries, _ => false);
        if (!mismatch.IsEmpty)
            throw new CheckpointMismatchException(
                $"{path} does not fit the networks as they are configured now: {mismatch.Summary()}.\n{mismatch.Table()}",
                "Resume with the configuration the run was begun with.", mismatch);
        foreach (var (name, value) in tensors)
            value.copy_(Scoped(reader.Read(name)));
        step.Optimizer.Steps = state.OptimizerSteps;
        step.Parameters.Publish();
    }

    /// <summary>Everything that a step changes, under names that say what it is.</summary>
    private static IEnumerable<(string Name, torch.Tensor Value)> Tensors(TrainingStep step)
    {
        var index = step.Parameters.Parameters.Select((parameter, at) => (parameter.Handle, at)).ToDictionary(entry => entry.Handle, entry => entry.at);
        var trained = new List<(string Name, int Index)>();
        foreach (var (name, value, _) in step.Network.State())
        {
            // Masters, where the network itself computes with rounded copies.
            if (index.TryGetValue(value.Handle, out var at))
                trained.Add((name, at));
            yield return ($"{CheckpointFile.LiveSection}/{name}", index.ContainsKey(value.Handle) ? step.Parameters.Values.View(at) : value);
        }

        foreach (var (name, value) in step.Average.State.UnionBy(step.Average.Averages, entry => entry.Name, StringComparer.Ordinal))
            yield return ($"{CheckpointFile.AveragedSection}/{name}", value);
        foreach (var (name, at) in trained)
            yield return ($"{FirstMoment}/{name}", step.Optimizer.FirstMoments.View(at));
        foreach (var (name, at) in trained)
            yield return ($"{SecondMoment}/{name}", step.Optimizer.SecondMoments.View(at));
    }

    /// <param name="state">What stands beside the tensors.</param>
    /// <param name="tensors">In the order of their names: a file lists them in an order of its own.</param>
    /// <param name="dispose">Whether each is disposed when its turn is over.</param>
    private static string Hash(string state, IEnumerable<(string Name, torch.Tensor Value)> tensors, bool dispose)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(state));
        foreach (var (name, value) in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            TensorBytes.ForEach(value, bytes => hash.AppendData(bytes));
            if (dispose)
                value.Dispose();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static torch.Tensor Scoped(torch.Tensor tensor)
    {
        var scoped = tensor.alias();
        tensor.Dispose();
        return scoped;
    }
}
