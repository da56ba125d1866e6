using System.Globalization;
using IRConStyle.Abstractions;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Runs;

/// <summary>The checkpoints of a run: the last few, by iteration.</summary>
/// <param name="output">The run's output directory.</param>
/// <param name="keep">How many of the newest are kept.</param>
/// <param name="logger">Receives what happens.</param>
internal sealed partial class CheckpointFolder(string output, int keep, ILogger logger)
{
    /// <summary>The folder's name in the output directory.</summary>
    public const string Name = "checkpoints";

    private const string Prefix = "iteration-";
    private const string Extension = ".safetensors";

    private string Folder { get; } = Path.Combine(output, Name);

    /// <summary>The file of an iteration.</summary>
    /// <param name="iteration">The last finished iteration.</param>
    public string PathOf(int iteration)
        => Path.Combine(Folder, Prefix + iteration.ToString("D9", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Finds the newest whole checkpoint; damaged ones are passed over with a warning.</summary>
    /// <returns>The file and where its training stood; null when there is none at all.</returns>
    /// <exception cref="IRConStyleException">There are checkpoints, and all are damaged.</exception>
    public (string Path, TrainingState State)? Newest()
    {
        var files = Files();
        foreach (var file in files)
        {
            try
            {
                return (file, TrainingCheckpoint.ReadState(file));
            }
            catch (IRConStyleException error)
            {
                LogDamaged(logger, error.Message);
            }
        }

        return files.Count == 0 ? null : throw new IRConStyleException(
            $"All {files.Count} checkpoints in {Folder} are damaged.",
            $"Start anew without resuming; the earlier run is then kept under another name. Its averaged weights may be whole: {Path.Combine(output, RunFiles.Weights)}.");
    }

    /// <summary>Removes what is older than the newest few.</summary>
    public void Prune()
    {
        foreach (var file in Files().Skip(keep))
            TryDelete(file);
    }

    /// <summary>Removes the checkpoints of iterations that a roll-back undid.</summary>
    /// <param name="iteration">The iteration gone back to.</param>
    public void ForgetAfter(int iteration)
    {
        foreach (var file in Files().TakeWhile(file => string.CompareOrdinal(file, PathOf(iteration)) > 0))
            TryDelete(file);
    }

    /// <summary>Newest first.</summary>
    private IReadOnlyList<string> Files()
        => Directory.Exists(Folder)
            ? [.. Directory.EnumerateFiles(Folder, Prefix + "*" + Extension).OrderDescending(StringComparer.Ordinal)]
            : [];

    private void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotDeleted(logger, file, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Problem} The checkpoint before it is used.")]
    private static partial void LogDamaged(ILogger logger, string problem);

    [LoggerMessage(LogLevel.Warning, "{Path} cannot be deleted: {Problem}")]
    private static partial void LogNotDeleted(ILogger logger, string path, string problem);
}
