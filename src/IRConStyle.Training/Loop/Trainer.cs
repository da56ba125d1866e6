using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using IRConStyle.Training.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace IRConStyle.Training.Loop;

/// <summary>Trains a pipeline, keeps its averaged weights, and goes on from where an earlier run was interrupted.</summary>
/// <param name="factory">Builds the pipeline.</param>
/// <param name="runtime">Loads libtorch and chooses the device.</param>
/// <param name="inference">How validation restores images.</param>
/// <param name="folders">Which datasets folders are opened with.</param>
/// <param name="observers">Follow every run.</param>
/// <param name="reducers">At most one: combines the gradients of several processes.</param>
/// <param name="logger">Receives what happens.</param>
public sealed partial class Trainer(
    IPipelineFactory factory,
    TorchRuntime runtime,
    IOptions<InferenceOptions> inference,
    IOptions<EvaluationOptions> folders,
    IEnumerable<ITrainingObserver> observers,
    IEnumerable<IGradientReducer> reducers,
    ILogger<Trainer> logger)
{
    /// <summary>Trains until the configured number of iterations, or until stopped.</summary>
    /// <param name="request">What to train, and where to.</param>
    /// <param name="cancellation">Stops after the running iteration; a checkpoint is written all the same.</param>
    /// <exception cref="IRConStyleException">
    /// The pipeline has no training data, too many images cannot be read, the training runs away, or a resumed run does not
    /// fit its configuration.
    /// </exception>
    public Task<TrainingResult> RunAsync(TrainingRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        // One thread for the whole run: every thread that computes brings up a team of OpenMP threads of its own.
        return Task.Factory.StartNew(
            () => RunOnThisThread(request, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private TrainingResult RunOnThisThread(TrainingRequest request, CancellationToken cancellation)
    {
        var pipeline = factory.Describe(request.Pipeline);
        request.Changes.Apply(pipeline, request.Pipeline, folders.Value);
        var training = pipeline.Training;
        var data = training.Data ?? throw new IRConStyleException(
            $"Pipeline {request.Pipeline} has no training data.",
            $"Set IRConStyle:Pipelines:{request.Pipeline}:Training:Data, or give --data.");
        var device = runtime.SelectDevice(request.Device);
        using var folder = RunFolder.Take(request.OutputDirectory);
        var checkpoints = new CheckpointFolder(request.OutputDirectory, training.KeepCheckpoints, logger);
        var start = request.Resume ? checkpoints.Newest() : null;
        if (start is { } found)
            ConfigurationChanges.Check(found.State.Configuration, ConfigurationChanges.Snapshot(pipeline), found.State.Iteration, logger);
        else
            EarlierRun.KeepAside(request.OutputDirectory, logger);

        // Apart from the samples' seed, and the same whatever part of the samples this process takes.
        torch.random.manual_seed((long)((training.WeightsSeed ?? training.Seed) & long.MaxValue));
        // An encoder that never learns needs neither momentum encoder nor queue.
        using var network = factory.CreateNetwork(pipeline, training: training.EncoderIterations != 0, request.Pipeline);
        LoadInitialWeights(network, training, isResumed: start is not null);
        network.To(device);
        network.Train();
        using var step = new TrainingStep(network, new TrainingLosses(training, factory), training, reducers.SingleOrDefault());
        var validator = training.Validation is null ? null : new Validator(factory, pipeline, inference.Value, device);
        var dataset = factory.CreateDataset(data, training.Degradation);
        using var session = new TrainingSession(pipeline, step, factory.CreateSchedule(training), checkpoints, request.OutputDirectory, logger);
        if (start is { } resumed)
            session.Restore(resumed.Path, resumed.State);

        LogStarted(logger, request.Pipeline, session.Iteration + 1, training.Iterations, device.ToString());
        var run = new TrainingRun(
            request.Pipeline, pipeline, request.OutputDirectory, device.ToString(), session.Iteration,
            step.Parameters.Values.Buffer.numel(), validator?.Metrics ?? []);
        using var recorders = new RecorderGroup(observers, run, logger);
        var result = new TrainingLoop(session, dataset, validator, recorders, device, request.Progress, logger).Run(cancellation);
        recorders.Each(recorder => recorder.Finished(result));
        return result;
    }

    private static void LoadInitialWeights(RestorationNetwork network, TrainingOptions training, bool isResumed)
    {
        if (network.Encoder is null && (training.EncoderIterations is not null || training.EncoderWeightsPath is not null))
            throw new IRConStyleException(
                $"Pipeline {network.PipelineName} has no encoder, but settings for its training.",
                $"Set its Encoder, or remove Training:{nameof(training.EncoderIterations)} and Training:{nameof(training.EncoderWeights)}.");
        if (training.EncoderIterations == 0 && training.ContrastiveLosses.Length > 0)
            throw new IRConStyleException(
                $"The encoder of pipeline {network.PipelineName} is frozen from the start, but there are losses for its learning.",
                $"Empty Training:{nameof(training.ContrastiveLosses)}, or raise Training:{nameof(training.EncoderIterations)}.");
        if (training.EncoderIterations == 0 && training.EncoderWeightsPath is null && training.InitialWeightsPath is null)
            throw new IRConStyleException(
                $"The encoder of pipeline {network.PipelineName} is frozen from the start and has no weights.",
                $"Set Training:{nameof(training.EncoderWeights)} to a checkpoint of the encoder.");
        // A resumed run has its own state; the files it began with may be gone.
        if (isResumed)
            return;
        if (training.InitialWeightsPath is { } initial)
            WeightsFile.Load(initial, network);
        if (network.Encoder is { } encoder && training.EncoderWeightsPath is { } path)
            WeightsFile.LoadEncoder(path, encoder);
        // Keys begin where queries do, also when these were loaded.
        if (network.Encoder is IContrastiveStyleEncoder contrast && (training.InitialWeightsPath ?? training.EncoderWeightsPath) is not null)
            Synchronize(contrast);
    }

    private static void Synchronize(IContrastiveStyleEncoder encoder)
    {
        using var noGrad = torch.no_grad();
        foreach (var pair in encoder.Followers)
            pair.Follower.copy_(pair.Leader);
    }

    [LoggerMessage(LogLevel.Information, "Training {Pipeline} from iteration {First} to {Iterations} on {Device}.")]
    private static partial void LogStarted(ILogger logger, string pipeline, int first, int iterations, string device);
}
