using System.Diagnostics;
using System.Globalization;

namespace IRConStyle.Framework.Scoring;

/// <summary>
/// The largest resident memory of this process. On Linux it is that since <see cref="Reset"/>, where the kernel permits
/// resetting; elsewhere that since the process began. What the allocator keeps for later is resident too.
/// </summary>
internal static class PeakMemory
{
    private const string ClearFile = "/proc/self/clear_refs", StatusFile = "/proc/self/status", Field = "VmHWM:";

    /// <summary>Starts anew, where that is possible.</summary>
    public static void Reset()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            // 5 resets the high-water mark (proc_pid_clear_refs(5)).
            File.WriteAllText(ClearFile, "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel that refuses leaves the mark of the whole process, which is still true of it.
            Debug.WriteLine(exception.Message);
        }
    }

    /// <summary>The mark, in bytes.</summary>
    public static long Read()
    {
        if (OperatingSystem.IsLinux() && File.ReadLines(StatusFile).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) is { } mark)
            return long.Parse(mark[Field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
