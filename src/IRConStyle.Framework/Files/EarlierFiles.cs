using System.Globalization;
using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Files;

/// <summary>What an earlier run or report left is kept under a name with the time it was written, not overwritten.</summary>
internal static class EarlierFiles
{
    /// <summary>Puts the time of its last change into the name of a file or folder: <c>metrics.20260131-120000-000.jsonl</c>.</summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>The new path; null when there was nothing.</returns>
    /// <exception cref="IRConStyleException">It cannot be renamed.</exception>
    public static string? KeepAside(string path)
        => !Path.Exists(path) ? null : Guard(path, () =>
        {
            var kept = Free(path, time => Path.ChangeExtension(path, $".{time}{Path.GetExtension(path)}"));
            if (Directory.Exists(path))
                Directory.Move(path, kept);
            else
                File.Move(path, kept);
            return kept;
        });

    /// <summary>Moves files that belong together into a folder named by the time of the first one: <c>earlier/20260131-120000-000</c>.</summary>
    /// <param name="files">Full paths; the first exists, others that do not are passed over.</param>
    /// <param name="folder">Receives the new folder; made when missing.</param>
    /// <returns>The new folder.</returns>
    /// <exception cref="IRConStyleException">They cannot be moved.</exception>
    public static string KeepTogether(IReadOnlyList<string> files, string folder)
        => Guard(files[0], () =>
        {
            var kept = Free(files[0], time => Path.Combine(folder, time));
            Directory.CreateDirectory(kept);
            // The first is what the rest is known by: it goes last.
            foreach (var file in files.Skip(1).Append(files[0]).Where(File.Exists))
                File.Move(file, Path.Combine(kept, Path.GetFileName(file)));
            return kept;
        });

    private static string Free(string path, Func<string, string> name)
    {
        for (var time = File.GetLastWriteTimeUtc(path); ; time = time.AddMilliseconds(1))
            if (name(time.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture)) is var free && !Path.Exists(free))
                return free;
    }

    private static string Guard(string path, Func<string> keep)
    {
        try
        {
            return keep();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException(
                $"{path} is of an earlier run and cannot be kept aside: {exception.Message}", "Move it away, or choose another output.", exception);
        }
    }
}
