using System.Diagnostics;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checks;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using IRConStyle.Training.Samples;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Training.Loop;

/// <summary>The iterations of a run, and what happens between them: reports, validation, checkpoints, and what goes wrong.</summary>
internal sealed partial class TrainingLoop(
    TrainingSession session,
    IRestorationDataset dataset,
    Validator? validator,
    RecorderGroup recorders,
    torch.Device device,
    IProgress<TrainingProgress>? progress,
    ILogger logger)
{
    private readonly UnreadableImages _unreadable = new(session.Options.MaxUnreadableImages, logger);
    private readonly TrainingClock _clock = new();
    private readonly BatchPlan _plan = new(session.Options, session.Step.Rank, session.Step.Ranks);
    private IReadOnlyDictionary<string, double> _losses = new Dictionary<string, double>();
    private IReadOnlyDictionary<string, double> _validation = new Dictionary<string, double>();
    private int _validatedIteration = -1;
    private TrainingProgress? _reported;
    private torch.Tensor? _sums;

    private TrainingOptions Options => session.Options;

    /// <summary>Trains until the end, a stop, or the time budget.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        RequirePatches();
        if (Options.Divergence.Action is DivergenceAction.RollBack)
            Save(mustSucceed: true);
        TrainingEnd end;
        try
        {
            end = UntilTheEnd(cancellation);
        }
        catch (Exception error) when (error is not DivergedException && session.Iteration > 0 && session.IsSound())
        {
            // Images that cannot be read, or memory that is out, end the run, but not what was learned until then.
            Save(mustSucceed: true);
            throw;
        }
        finally
        {
            _sums?.Dispose();
        }

        if (session.Iteration > 0)
            Save(mustSucceed: true);
        session.Best.RequireWritten();
        if (end is TrainingEnd.Cancelled)
            LogStopped(logger, session.Iteration);
        return new TrainingResult(session.Iteration > 0 ? session.WeightsPath : null, session.Iteration, end, _losses)
        {
            Best = session.Best.Value is { } value ? new BestValidation(validator?.DecidingMetric, value, session.Best.Iteration, session.Best.Path) : null,
        };
    }

    /// <summary>A stage whose patches do not fit is found out now, not when it begins after days.</summary>
    private void RequirePatches()
    {
        if (session.Iteration >= Options.Iterations)
            return;
        var multiple = session.Step.Network.Backbone.Spec.SizeMultiple;
        var stream = new SampleStream(dataset, session.SampleSeed, Options.LoaderThreads, _unreadable);
        foreach (var (from, patch) in _plan.StagesFrom(session.Iteration + 1).Where(stage => stage.From <= Options.Iterations))
        {
            if (patch % multiple != 0)
                throw new IRConStyleException(
                    $"The patches from iteration {from} on are {patch} pixels wide, but the backbone of pipeline {session.Step.Network.PipelineName} takes multiples of {multiple}.",
                    $"Set Training:{nameof(Options.PatchSize)}, or that of the stage, to {Math.Max(1, patch / multiple) * multiple} or {(patch / multiple + 1) * multiple}.");
            stream.Load(_plan.At(from).Position, patch).Dispose();
        }
    }

    private TrainingEnd UntilTheEnd(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return Pass(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Also while waiting for data, or in a validation: the iteration before is complete.
                RequireSound();
                return TrainingEnd.Cancelled;
            }
            catch (DivergedException error) when (
                Options.Divergence.Action is DivergenceAction.RollBack && session.RollBacks < Options.Divergence.MaxRollBacks)
            {
                // What was summed up, and measured, is undone with the iterations it came from.
                _sums?.zero_();
                _clock.Lap(left: 0);
                session.RollBack(error.Message);
                (_validation, _validatedIteration) = (new Dictionary<string, double>(), -1);
            }
        }
    }

    private TrainingEnd Pass(CancellationToken cancellation)
    {
        if (session.Iteration >= Options.Iterations)
            return TrainingEnd.Completed;
        var stream = new SampleStream(dataset, session.SampleSeed, Options.LoaderThreads, _unreadable);
        _clock.Wait();
        foreach (var batches in stream.Batches(_plan, session.Iteration + 1, cancellation))
        {
            _clock.Work(batches.Sum(batch => (int)batch.Clean.shape[0]));
            try
            {
                Step(batches);
            }
            finally
            {
                foreach (var batch in batches)
                    batch.Dispose();
            }

            var end = session.Iteration == Options.Iterations ? TrainingEnd.Completed
                : cancellation.IsCancellationRequested ? TrainingEnd.Cancelled
                : Options.MaxTime is { } budget && _clock.Elapsed >= budget ? TrainingEnd.TimeBudget
                : (TrainingEnd?)null;
            if (end is not null || session.Iteration % Options.ReportEvery == 0 || _clock.IsFresh)
                Report();
            if (end is TrainingEnd.Completed or null && IsDue(Options.Validation?.Every, end))
                Validate(cancellation);
            if (end is null && Options.SaveEvery > 0 && session.Iteration % Options.SaveEvery == 0)
            {
                RequireSound();
                Save(mustSucceed: false);
            }

            if (end is { } ended)
            {
                RequireSound();
                return ended;
            }

            _clock.Wait();
        }

        throw new UnreachableException("the stream of batches has no end");
    }

    private void Step(IReadOnlyList<TrainingBatch> batches)
    {
        var iteration = session.Iteration + 1;
        var seed = session.StepSeed(iteration);
        torch.random.manual_seed((long)((seed ^ (ulong)session.Step.Rank) & long.MaxValue));
        if (iteration > (Options.EncoderIterations ?? int.MaxValue))
            session.Step.FreezeEncoder();
        else
            session.Step.ThawEncoder();
        using var scope = torch.NewDisposeScope();
        var planned = _plan.At(iteration);
        var pairs = batches.Select((batch, index) => Prepare(batch, seed + (ulong)planned.NumberOf(index))).ToArray();
        var losses = Run(pairs, iteration);
        _sums ??= torch.zeros_like(losses).DetachFromDisposeScope();
        _sums.add_(losses);
        session.Iteration = iteration;
    }

    private torch.Tensor Run((torch.Tensor Degraded, torch.Tensor Clean)[] pairs, int iteration)
    {
        try
        {
            return session.Step.Run(pairs, session.LearningRate(iteration));
        }
        catch (Exception exception) when (exception is not IRConStyleException && MemoryShortage.Caused(exception))
        {
            throw new IRConStyleException(
                $"Iteration {iteration} did not find the memory it needs: {exception.Message.Split('\n')[0].TrimEnd()}", MemoryShortage.Remedy, exception);
        }
    }

    private (torch.Tensor Degraded, torch.Tensor Clean) Prepare(TrainingBatch batch, ulong seed)
    {
        var (degraded, clean) = (Upload(batch.Degraded), Upload(batch.Clean));
        return Options.MixUp is { } mixUp ? MixUp.Apply(degraded, clean, mixUp, seed) : (degraded, clean);
    }

    /// <summary>From pinned memory the copy runs beside the host.</summary>
    private torch.Tensor Upload(torch.Tensor images)
        => device.type is DeviceType.CUDA ? images.pin_memory().to(device, non_blocking: true) : images.to(device);

    /// <summary>The only place where the host waits for what was computed.</summary>
    private void Report()
    {
        if (_clock.Iterations == 0)
            return;
        using (var mean = _sums!.to(torch.float64).div(_clock.Iterations).cpu())
            _losses = session.Step.Losses.Names.Zip(mean.data<double>().ToArray()).GroupBy(entry => entry.First)
                .ToDictionary(entry => entry.Key, entry => entry.First().Second);
        _sums.zero_();
        var pace = _clock.Lap(Options.Iterations - session.Iteration);
        RequireHealthy();
        _reported = new TrainingProgress(
            session.Iteration, Options.Iterations, session.LearningRate(session.Iteration), _losses,
            pace.IterationsPerSecond, pace.ImagesPerSecond, pace.Remaining, pace.DataWait)
        {
            Elapsed = _clock.Elapsed,
            MemoryBytes = Environment.WorkingSet,
            Validation = _validation,
            Best = session.Best.Value,
            UnreadableImages = _unreadable.Count,
            RollBacks = session.RollBacks,
        };
        progress?.Report(_reported);
        recorders.Each(recorder => recorder.Report(_reported));
    }

    private void RequireHealthy()
    {
        foreach (var (name, value) in _losses)
            if (!double.IsFinite(value))
                throw new DivergedException($"Loss {name} became {value} by iteration {session.Iteration}.");
        var image = Math.Abs(session.Step.Losses.ImageTotal(_losses));
        if (Options.Divergence.ExplosionFactor > 0 && session.LeastLoss is { } least && image > least * Options.Divergence.ExplosionFactor)
            throw new DivergedException(
                $"The image losses rose to {image:G4} by iteration {session.Iteration}, more than {Options.Divergence.ExplosionFactor} times their least ({least:G4}).");
        session.LeastLoss = Math.Min(session.LeastLoss ?? image, image);
    }

    /// <summary>What is written must be a state to go on from.</summary>
    private void RequireSound()
    {
        if (!session.IsSound())
            throw new DivergedException($"Weights are no longer numbers in iteration {session.Iteration}.");
    }

    private bool IsDue(int? every, TrainingEnd? end)
        => validator is not null && every is { } interval && _validatedIteration != session.Iteration
            && (end is TrainingEnd.Completed || session.Iteration % interval == 0);

    private void Validate(CancellationToken cancellation)
    {
        RequireSound();
        _clock.Pause();
        var best = session.Best.Value;
        var value = validator!.Run(session.Step, session.Iteration, best, report =>
        {
            _validation = report.Values;
            recorders.Each(recorder => recorder.Report(report));
        }, cancellation);
        _validatedIteration = session.Iteration;
        if (validator.IsBetter(value, best))
            session.Best.Note(value, session.Iteration, session.Step.Average.State);
        // Whoever watches the run sees what came out, also when no report follows.
        if (_reported?.Iteration == session.Iteration)
            progress?.Report(_reported = _reported with { Elapsed = _clock.Elapsed, Validation = _validation, Best = session.Best.Value });
        _clock.Resume();
    }

    private void Save(bool mustSucceed)
    {
        _clock.Pause();
        foreach (var path in session.Save(mustSucceed))
            recorders.Each(recorder => recorder.Saved(path, session.Iteration));
        _clock.Resume();
    }

    [LoggerMessage(LogLevel.Warning, "Training stopped on request after iteration {Iteration}.")]
    private static partial void LogStopped(ILogger logger, int iteration);
}

/// <summary>A training ran away; what was saved before is the last good state.</summary>
internal sealed class DivergedException(string message) : IRConStyleException(
    message,
    "Lower Training:LearningRate, set Training:GradientClip, or let Training:Divergence:Action be RollBack. The checkpoint last written is sound.");
