using System.Text.RegularExpressions;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;

namespace IRConStyle.Training.Runs;

/// <summary>
/// The output directory while a run writes to it: no second run may, and what a killed one left half written is cleared.
/// </summary>
internal sealed partial class RunFolder : IDisposable
{
    private const string LockName = ".running";

    private readonly FileStream _lock;

    private RunFolder(FileStream held) => _lock = held;

    /// <summary>Takes a directory, creating it when missing.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IRConStyleException">It cannot be written to, or another run is at work in it.</exception>
    public static RunFolder Take(string path)
    {
        // A place that cannot be written to is found out now, not after thousands of iterations.
        var probe = Path.Combine(path, LockName);
        if (!File.Exists(probe))
            AtomicFile.Write(probe, _ => { });
        FileStream held;
        try
        {
            // Also gone when the process is killed; the file that stays means nothing.
            held = new FileStream(probe, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException(
                $"Another training is at work in {path}, or it cannot be written to: {exception.Message}",
                "Wait for its end, stop it, or choose another output folder.",
                exception);
        }

        foreach (var file in Directory.EnumerateFiles(path, "*.tmp", SearchOption.AllDirectories).Where(file => Torn().IsMatch(file)))
            File.Delete(file);
        return new RunFolder(held);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var path = _lock.Name;
        _lock.Dispose();
        File.Delete(path);
    }

    /// <summary>As <see cref="AtomicFile"/> names what it has not finished.</summary>
    [GeneratedRegex(@"\.[0-9a-f]{8}\.tmp$")]
    private static partial Regex Torn();
}
