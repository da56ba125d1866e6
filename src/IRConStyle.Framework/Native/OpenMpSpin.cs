using System.Runtime.InteropServices;

namespace IRConStyle.Framework.Native;

/// <summary>
/// Bounds how long a waiting thread of libgomp turns idle rounds at a barrier before it sleeps. Unbounded, beside another
/// process that computes every layer waits for a core that a waiting thread holds, and all takes many times as long.
/// </summary>
/// <remarks>
/// libgomp reads its settings when it is loaded, and from the C environment: what .NET sets in its own never gets there.
/// Source: libgomp's manual, GOMP_SPINCOUNT and OMP_WAIT_POLICY.
/// </remarks>
internal static partial class OpenMpSpin
{
    /// <summary>Rounds before sleeping.</summary>
    public const string CountVariable = "GOMP_SPINCOUNT";

    private const string PolicyVariable = "OMP_WAIT_POLICY";

    /// <summary>
    /// Some microseconds: longer than threads of equal work wait for each other on cores of their own, far shorter than a
    /// time slice. 300 to 3,000 do equally well.
    /// </summary>
    private const string Rounds = "1000";

    /// <summary>
    /// Sets the bound, unless the user chose one or a policy; must run before libgomp is loaded. Does nothing where libc is
    /// not that of Linux.
    /// </summary>
    /// <returns>Whether the bound was set here.</returns>
    public static bool Bound()
        => OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libc.so.6", out _)
            && GetEnv(CountVariable) == 0
            && GetEnv(PolicyVariable) == 0
            && SetEnv(CountVariable, Rounds, overwrite: 0) == 0;

    [LibraryImport("libc.so.6", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnv(string name);

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
