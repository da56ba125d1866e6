using System.Globalization;
using IRConStyle.Training.Loop;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Runs;

/// <summary>What an earlier run left in the same directory is renamed, not overwritten.</summary>
internal static partial class EarlierRun
{
    /// <summary>Gives weights and checkpoints of an earlier run another name, with the time they were last written.</summary>
    /// <param name="output">The output directory.</param>
    /// <param name="logger">Is told the new names.</param>
    public static void KeepAside(string output, ILogger logger)
    {
        foreach (var name in new[] { Trainer.WeightsFileName, Trainer.BestWeightsFileName })
            if (Path.Combine(output, name) is var file && File.Exists(file))
                Move(file, Path.GetFileNameWithoutExtension(name), Path.GetExtension(name), File.Move, logger);
        if (Path.Combine(output, CheckpointFolder.Name) is var folder && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            Move(folder, CheckpointFolder.Name, "", Directory.Move, logger);
    }

    private static void Move(string from, string stem, string extension, Action<string, string> move, ILogger logger)
    {
        var written = File.GetLastWriteTimeUtc(from).ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        var kept = Path.Combine(Path.GetDirectoryName(from)!, $"{stem}.{written}{extension}");
        for (var copy = 2; File.Exists(kept) || Directory.Exists(kept); copy++)
            kept = Path.Combine(Path.GetDirectoryName(from)!, $"{stem}.{written}-{copy}{extension}");
        move(from, kept);
        LogKept(logger, kept);
    }

    [LoggerMessage(LogLevel.Warning, "The output directory holds an earlier run; this of it is kept as {Path}.")]
    private static partial void LogKept(ILogger logger, string path);
}
