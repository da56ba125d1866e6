using IRConStyle.Framework.Files;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Runs;

/// <summary>What an earlier run left in the same directory is renamed, not overwritten.</summary>
internal static partial class EarlierRun
{
    /// <summary>Gives weights and checkpoints of an earlier run another name, with the time they were last written.</summary>
    /// <param name="output">The output directory.</param>
    /// <param name="logger">Is told the new names.</param>
    /// <exception cref="Abstractions.IRConStyleException">They cannot be renamed.</exception>
    public static void KeepAside(string output, ILogger logger)
    {
        foreach (var file in new[] { RunFiles.Weights, RunFiles.BestWeights }.Select(name => Path.Combine(output, name)).Where(File.Exists))
            LogKept(logger, EarlierFiles.KeepAside(file));
        if (Path.Combine(output, CheckpointFolder.Name) is var folder && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            LogKept(logger, EarlierFiles.KeepAside(folder));
    }

    [LoggerMessage(LogLevel.Warning, "The output directory holds an earlier run; this of it is kept as {Path}.")]
    private static partial void LogKept(ILogger logger, string? path);
}
