using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Tests.Checkpoints;

/// <summary>How long this thread has computed, whatever else the machine does meanwhile.</summary>
internal static class ProcessorTime
{
    /// <summary>Fails when an action computes longer than it may; where the system does not tell, it is run alone.</summary>
    public static void ShouldStayBelow(TimeSpan limit, Action action, string what)
    {
        var before = OfThisThread();
        action();
        if (before is { } began)
            (OfThisThread()!.Value - began).ShouldBeLessThan(limit, what);
    }

    private static TimeSpan? OfThisThread()
    {
        var clock = OperatingSystem.IsLinux() ? 3 : OperatingSystem.IsMacOS() ? 16 : (int?)null;
        return clock is { } id && GetTime(id, out var time) == 0 ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0) : null;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
