using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;

namespace IRConStyle.Training.Runs;

/// <summary>
/// The output directory while a run writes to it: no second run may, and what a killed one left half written is cleared.
/// </summary>
internal sealed partial class RunFolder : IDisposable
{
    // The file stays: only the lock on it means something, and whoever deleted it might delete the one of the next run.
    private const string LockName = ".lock";

    private readonly FileStream _lock;

    private RunFolder(FileStream held) => _lock = held;

    /// <summary>Takes a directory, creating it when missing.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IRConStyleException">It cannot be written to, or another run is at work in it.</exception>
    public static RunFolder Take(string path)
    {
        // A place that cannot be written to is found out now, not after thousands of iterations.
        var file = Path.Combine(path, LockName);
        if (!File.Exists(file))
            AtomicFile.Write(file, _ => { });
        FileStream? held = null;
        try
        {
            // Also given back when the process is killed.
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var torn in Directory.EnumerateFiles(path, "*.tmp", SearchOption.AllDirectories).Where(name => Torn().IsMatch(name)))
                File.Delete(torn);
            return new RunFolder(held);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw new IRConStyleException(
                held is null
                    ? $"Another training is at work in {path}, or it cannot be written to: {exception.Message}"
                    : $"What an earlier training left half written in {path} cannot be deleted: {exception.Message}",
                held is null ? "Wait for its end, stop it, or choose another output folder." : "Make the folder writable, or choose another output folder.",
                exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    /// <summary>As <see cref="AtomicFile"/> names what it has not finished.</summary>
    [GeneratedRegex(@"\.[0-9a-f]{8}\.tmp$")]
    private static partial Regex Torn();
}
