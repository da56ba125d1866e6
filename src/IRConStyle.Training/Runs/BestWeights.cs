using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace IRConStyle.Training.Runs;

/// <summary>
/// The averaged weights of the best validation, as <c>best.safetensors</c>. Those that the newest checkpoint knows of wait
/// beside it while better ones stand in their place, so that going back to the checkpoint goes back to them. Where the disk
/// takes none, they wait in memory for another try.
/// </summary>
/// <param name="output">The run's output directory.</param>
/// <param name="pipeline">The pipeline.</param>
/// <param name="logger">Receives what happens.</param>
internal sealed partial class BestWeights(string output, PipelineOptions pipeline, ILogger logger) : IDisposable
{
    private readonly string _waitingBeside = System.IO.Path.Combine(output, CheckpointFolder.Name, RunFiles.BestWeights);

    private (string Name, torch.Tensor Value)[]? _unwritten;
    private int _checkpointed;

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(output, RunFiles.BestWeights);

    /// <summary>The best value of validation's deciding metric; null before the first validation.</summary>
    public double? Value { get; private set; }

    /// <summary>The iteration of that validation; 0 before the first.</summary>
    public int Iteration { get; private set; }

    /// <summary>The value of the weights that lie in the file; null when there are none.</summary>
    public double? WrittenValue { get; private set; }

    /// <summary>The iteration of the weights that lie in the file; 0 when there are none.</summary>
    public int WrittenIteration { get; private set; }

    /// <summary>Keeps the weights of a validation that was better than all before.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="iteration">Its iteration.</param>
    /// <param name="weights">The averaged weights, as they are now.</param>
    public void Note(double value, int iteration, IReadOnlyList<(string Name, torch.Tensor Value)> weights)
    {
        Forget();
        (Value, Iteration) = (value, iteration);
        try
        {
            Write(weights);
        }
        catch (IRConStyleException error)
        {
            using var noGrad = torch.no_grad();
            _unwritten = [.. weights.Select(entry => (entry.Name, entry.Value.detach().cpu().clone().DetachFromDisposeScope()))];
            LogWaiting(logger, error.Message);
        }
    }

    /// <summary>Tries to write weights that could not be written so far; there may be room by now.</summary>
    public void Retry()
    {
        try
        {
            RequireWritten();
        }
        catch (IRConStyleException error)
        {
            LogWaiting(logger, error.Message);
        }
    }

    /// <summary>Writes weights that could not be written so far.</summary>
    /// <exception cref="IRConStyleException">They still cannot be written.</exception>
    public void RequireWritten()
    {
        if (_unwritten is null)
            return;
        Write(_unwritten);
        Forget();
    }

    /// <summary>A checkpoint was written that knows of the weights in the file: earlier ones are no longer needed.</summary>
    public void NoteCheckpoint()
    {
        _checkpointed = WrittenIteration;
        try
        {
            File.Delete(_waitingBeside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(logger, _waitingBeside, exception.Message);
        }
    }

    /// <summary>Goes back to the best that a checkpoint knows of.</summary>
    /// <param name="state">Where the checkpoint's training stood.</param>
    /// <exception cref="IRConStyleException">The folder cannot be changed.</exception>
    public void GoBackTo(TrainingState state)
    {
        (WrittenValue, WrittenIteration, _checkpointed) = (state.Best, state.BestIteration, state.BestIteration);
        // What waits in memory stays the best, unless it belongs to what is undone.
        if (_unwritten is null || Iteration > state.Iteration)
        {
            Forget();
            (Value, Iteration) = (state.Best, state.BestIteration);
        }

        try
        {
            FindWritten(state.Iteration);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException(
                $"The best weights in {output} cannot be taken back to those of iteration {state.BestIteration}: {exception.Message}",
                "Make the folder writable.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    /// <summary>Makes the file that of <see cref="WrittenIteration"/>.</summary>
    private void FindWritten(int checkpoint)
    {
        var there = IterationOf(Path);
        if (there == WrittenIteration || (there is null && WrittenIteration == 0))
            return;
        if (WrittenIteration > 0 && IterationOf(_waitingBeside) == WrittenIteration)
        {
            File.Move(_waitingBeside, Path, overwrite: true);
            return;
        }

        if (there > checkpoint)
            File.Delete(Path);
        else
            EarlierFiles.KeepAside(Path);
        if (WrittenIteration == 0)
            return;
        LogLost(logger, Path, WrittenIteration);
        if (Iteration == WrittenIteration)
            (Value, Iteration) = (null, 0);
        (WrittenValue, WrittenIteration, _checkpointed) = (null, 0, 0);
    }

    private void Write(IReadOnlyList<(string Name, torch.Tensor Value)> weights)
    {
        var movesAside = _checkpointed > 0 && WrittenIteration == _checkpointed && File.Exists(Path);
        if (movesAside)
            Move(Path, _waitingBeside);
        try
        {
            WeightsFile.Save(Path, weights, pipeline, Iteration);
        }
        catch (IRConStyleException) when (movesAside)
        {
            Move(_waitingBeside, Path);
            throw;
        }

        (WrittenValue, WrittenIteration) = (Value, Iteration);
    }

    private static void Move(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{to} cannot be written: {exception.Message}", "Make the folder writable.", exception);
        }
    }

    /// <summary>The iteration of the weights in a file; null when there is none, or none that can be read.</summary>
    private static int? IterationOf(string file)
    {
        if (!File.Exists(file))
            return null;
        try
        {
            using var reader = SafeTensorsReader.Open(file);
            return int.TryParse(reader.Metadata.GetValueOrDefault(WeightsFile.IterationKey), NumberStyles.None, CultureInfo.InvariantCulture, out var iteration)
                ? iteration : null;
        }
        catch (IRConStyleException)
        {
            // A damaged file is as good as another one: it is kept aside.
            return null;
        }
    }

    private void Forget()
    {
        foreach (var (_, value) in _unwritten ?? [])
            value.Dispose();
        _unwritten = null;
    }

    [LoggerMessage(LogLevel.Warning, "{Problem} The training goes on; the best weights are kept in memory and tried again.")]
    private static partial void LogWaiting(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be deleted: {Problem}")]
    private static partial void LogNotDeleted(ILogger logger, string path, string problem);

    [LoggerMessage(LogLevel.Warning, "{Path} no longer holds the best weights that were known, of iteration {Iteration}; the best is sought anew from here.")]
    private static partial void LogLost(ILogger logger, string path, int iteration);
}
