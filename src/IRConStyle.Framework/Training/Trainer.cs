using System.Diagnostics;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Composition;
using IRConStyle.Framework.Files;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Framework.Training;

/// <summary>Trains a pipeline and keeps its averaged weights.</summary>
/// <param name="factory">Builds the pipeline.</param>
/// <param name="runtime">Loads libtorch and chooses the device.</param>
/// <param name="logger">Receives what happens.</param>
public sealed partial class Trainer(IPipelineFactory factory, TorchRuntime runtime, ILogger<Trainer> logger)
{
    /// <summary>The name of the weights file in the output directory.</summary>
    public const string WeightsFileName = "weights.safetensors";

    /// <summary>Trains until the configured number of iterations, or until cancelled.</summary>
    /// <param name="request">What to train, and where to.</param>
    /// <param name="cancellation">Stops after the running iteration; the weights are saved all the same.</param>
    /// <exception cref="IRConStyleException">
    /// The pipeline has no training data, an image cannot be read, or a loss is no longer a number.
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
        var options = pipeline.Training;
        var data = options.Data ?? throw new IRConStyleException(
            $"Pipeline {request.Pipeline} has no training data.",
            $"Set IRConStyle:Pipelines:{request.Pipeline}:Training:Data, or give --data.");
        var device = runtime.SelectDevice(request.Device);
        ProbeOutput(request.OutputDirectory);
        torch.random.manual_seed((long)(options.Seed & long.MaxValue));

        // An encoder that never learns needs neither momentum encoder nor queue.
        using var network = factory.CreateNetwork(request.Pipeline, training: options.EncoderIterations != 0);
        LoadEncoder(network, options);
        network.To(device);
        network.Train();
        using var step = new TrainingStep(network, new TrainingLosses(options, factory), options);
        var stream = new SampleStream(
            factory.CreateDataset(data, options.Degradation), options.Seed, options.PatchSize, options.LoaderThreads);
        var run = new Run(request, options, pipeline, step, logger);
        LogStarted(logger, request.Pipeline, options.Iterations, device.ToString());
        try
        {
            Loop(run, stream, device, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            LogStopped(logger, run.Iteration);
        }
        catch (Exception) when (run is { Iteration: > 0, HasDiverged: false })
        {
            // An image that cannot be read, or memory that is out, ends the run, but not what was learned until then.
            run.Save();
            LogSaved(logger, run.WeightsPath, run.Iteration);
            throw;
        }

        if (run.Iteration > 0)
        {
            run.Save();
            LogSaved(logger, run.WeightsPath, run.Iteration);
        }

        return new TrainingResult(
            run.Iteration > 0 ? run.WeightsPath : null, run.Iteration,
            run.Iteration == options.Iterations ? TrainingEnd.Completed : TrainingEnd.Cancelled, run.LastLosses);
    }

    private static void LoadEncoder(RestorationNetwork network, TrainingOptions options)
    {
        if (network.Encoder is null && (options.EncoderIterations is not null || options.EncoderWeightsPath is not null))
            throw new IRConStyleException(
                $"Pipeline {network.PipelineName} has no encoder, but settings for its training.",
                $"Set its Encoder, or remove Training:{nameof(options.EncoderIterations)} and Training:{nameof(options.EncoderWeights)}.");
        if (options.EncoderIterations == 0 && options.ContrastiveLosses.Length > 0)
            throw new IRConStyleException(
                $"The encoder of pipeline {network.PipelineName} is frozen from the start, but there are losses for its learning.",
                $"Empty Training:{nameof(options.ContrastiveLosses)}, or raise Training:{nameof(options.EncoderIterations)}.");
        if (options.EncoderIterations == 0 && options.EncoderWeightsPath is null)
            throw new IRConStyleException(
                $"The encoder of pipeline {network.PipelineName} is frozen from the start and has no weights.",
                $"Set Training:{nameof(options.EncoderWeights)} to a checkpoint of the encoder.");
        if (network.Encoder is { } encoder && options.EncoderWeightsPath is { } path)
            WeightsFile.LoadEncoder(path, encoder);
    }

    /// <summary>A place that cannot be written to is found out now, not after thousands of iterations.</summary>
    private static void ProbeOutput(string directory)
    {
        var probe = Path.Combine(directory, $".probe-{Random.Shared.Next():x8}");
        AtomicFile.Write(probe, _ => { });
        File.Delete(probe);
    }

    private void Loop(Run run, SampleStream stream, torch.Device device, CancellationToken cancellation)
    {
        var schedule = factory.CreateSchedule(run.Options);
        var waiting = Stopwatch.StartNew();
        foreach (var batch in stream.Batches(0, run.Options.BatchSize, cancellation))
        {
            waiting.Stop();
            var iteration = run.Iteration + 1;
            var rate = schedule.At(iteration);
            if (iteration > (run.Options.EncoderIterations ?? int.MaxValue))
                run.Step.FreezeEncoder();
            using (batch)
            using (torch.NewDisposeScope())
                run.Record(run.Step.Run(batch.Degraded.to(device), batch.Clean.to(device), rate), rate, waiting.Elapsed);

            if (run.Iteration == run.Options.Iterations)
                return;
            if (run.Options.SaveEvery > 0 && run.Iteration % run.Options.SaveEvery == 0)
                run.Save();
            cancellation.ThrowIfCancellationRequested();
            waiting.Restart();
        }
    }

    [LoggerMessage(LogLevel.Information, "Training {Pipeline} for {Iterations} iterations on {Device}.")]
    private static partial void LogStarted(ILogger logger, string pipeline, int iterations, string device);

    [LoggerMessage(LogLevel.Warning, "Training stopped on request after iteration {Iteration}.")]
    private static partial void LogStopped(ILogger logger, int iteration);

    [LoggerMessage(LogLevel.Warning, "The output directory holds weights of an earlier run; they are kept as {Path}.")]
    private static partial void LogKept(ILogger logger, string path);

    [LoggerMessage(LogLevel.Information, "Weights of iteration {Iteration} saved to {Path}.")]
    private static partial void LogSaved(ILogger logger, string path, int iteration);

    /// <summary>The bookkeeping of one run.</summary>
    private sealed class Run(
        TrainingRequest request, TrainingOptions options, PipelineOptions pipeline, TrainingStep step, ILogger logger)
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly double[] _sums = new double[step.Losses.Names.Count];
        private TimeSpan _waited;
        private TimeSpan _reportedAt;
        private int _reportedIteration;
        private bool _hasSaved;

        public int Iteration { get; private set; }

        public bool HasDiverged { get; private set; }

        public TrainingOptions Options => options;

        public TrainingStep Step => step;

        public string WeightsPath { get; } = Path.Combine(request.OutputDirectory, WeightsFileName);

        public IReadOnlyDictionary<string, double> LastLosses { get; private set; } = new Dictionary<string, double>();

        public void Record(torch.Tensor losses, double rate, TimeSpan waited)
        {
            Iteration++;
            _waited += waited;
            var values = losses.to(torch.float64).cpu().data<double>().ToArray();
            for (var i = 0; i < values.Length; i++)
            {
                HasDiverged |= !double.IsFinite(values[i]);
                if (HasDiverged)
                    throw new IRConStyleException(
                        $"Loss {step.Losses.Names[i]} became {values[i]} in iteration {Iteration}; the weights last saved are kept.",
                        "Lower Training:LearningRate or set Training:GradientClip.");
                _sums[i] += values[i];
            }

            if (Iteration == 1 || Iteration == options.Iterations || Iteration % options.ReportEvery == 0)
                Report(rate);
        }

        public void Save()
        {
            if (!_hasSaved)
                KeepEarlierRun();
            WeightsFile.Save(WeightsPath, step.Average.State, pipeline, Iteration);
            _hasSaved = true;
        }

        /// <summary>Weights of an earlier run in the same directory are renamed, not overwritten.</summary>
        private void KeepEarlierRun()
        {
            if (!File.Exists(WeightsPath))
                return;
            var written = File.GetLastWriteTimeUtc(WeightsPath).ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
            var kept = Path.ChangeExtension(WeightsPath, $".{written}{Path.GetExtension(WeightsPath)}");
            File.Move(WeightsPath, kept, overwrite: true);
            LogKept(logger, kept);
        }

        private void Report(double rate)
        {
            var steps = Iteration - _reportedIteration;
            var elapsed = _clock.Elapsed - _reportedAt;
            LastLosses = step.Losses.Names.Zip(_sums, (name, sum) => (name, sum / steps)).ToDictionary();
            var speed = steps / Math.Max(elapsed.TotalSeconds, 1e-9);
            request.Progress?.Report(new TrainingProgress(
                Iteration, options.Iterations, rate, LastLosses, speed, speed * options.BatchSize,
                TimeSpan.FromSeconds((options.Iterations - Iteration) / speed), _waited / elapsed));
            Array.Clear(_sums);
            (_reportedAt, _reportedIteration, _waited) = (_clock.Elapsed, Iteration, TimeSpan.Zero);
        }
    }
}
