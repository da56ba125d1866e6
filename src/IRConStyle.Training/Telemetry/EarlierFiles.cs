using System.Globalization;

namespace IRConStyle.Training.Telemetry;

/// <summary>What an earlier run left in the output directory is renamed, not overwritten.</summary>
internal static class EarlierFiles
{
    /// <summary>Puts the time of its last change into the name of a file or folder: <c>metrics.20260131-120000-000.jsonl</c>.</summary>
    /// <returns>The new path; null when there was nothing.</returns>
    public static string? KeepAside(string path)
    {
        if (!Path.Exists(path))
            return null;
        var kept = Free(path, File.GetLastWriteTimeUtc(path));
        if (Directory.Exists(path))
            Directory.Move(path, kept);
        else
            File.Move(path, kept);
        return kept;
    }

    private static string Free(string path, DateTime written)
    {
        while (true)
        {
            var kept = Path.ChangeExtension(
                path, $".{written.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture)}{Path.GetExtension(path)}");
            if (!Path.Exists(kept))
                return kept;
            written = written.AddMilliseconds(1);
        }
    }
}
