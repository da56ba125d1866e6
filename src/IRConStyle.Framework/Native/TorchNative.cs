using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Framework.Native;

/// <summary>
/// The one place that finds, checks and loads libtorch. Call <see cref="EnsureLoaded"/> before the first tensor;
/// <c>AddIRConStyle</c> does.
/// </summary>
/// <remarks>
/// Looked through in this order: the directory in <c>IRCONSTYLE_LIBTORCH</c>; the program's own directory (a published
/// program); the directories a build wrote into the program's runtimeconfig.json; the NuGet package cache.
/// <para>
/// TorchSharp 0.107 for Linux is linked against GCC 13 (<c>GLIBCXX_3.4.32</c>), which Debian 12 and Ubuntu 22.04 lack.
/// Its one symbol of that version, <c>std::ios_base_library_init</c>, is never called, so where the system's libstdc++ is
/// older, a copy with that requirement marked weak is loaded from the user's cache directory.
/// </para>
/// </remarks>
public static class TorchNative
{
    private const string TooNewVersion = "GLIBCXX_3.4.32";
    private const string Remedy =
        "Reference libtorch-cpu-<os> or TorchSharp-cuda-<os> of the same version as TorchSharp, or set IRCONSTYLE_LIBTORCH "
        + "to a directory that holds the libtorch and LibTorchSharp libraries.";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Handles = new(StringComparer.Ordinal);
    private static bool _loaded;
    private static TorchNativeInfo? _info;

    /// <summary>What was loaded; null before <see cref="EnsureLoaded"/>.</summary>
    public static TorchNativeInfo? Info => _info;

    /// <summary>Loads libtorch once per process; further calls return at once.</summary>
    /// <param name="tuneMalloc">
    /// Whether to trade memory for speed in glibc's allocator (Linux only); see docs/performance.md. The environment
    /// variable <c>IRCONSTYLE_MALLOC=default</c> switches it off.
    /// </param>
    /// <param name="boundSpin">
    /// Whether waiting threads of libgomp sleep soon instead of keeping their core busy (Linux only). The environment variables
    /// <c>GOMP_SPINCOUNT</c> and <c>OMP_WAIT_POLICY</c>, where one is set, decide instead.
    /// </param>
    /// <exception cref="IRConStyleException">A library is missing or cannot be loaded; names the file and the cause.</exception>
    public static void EnsureLoaded(bool tuneMalloc = true, bool boundSpin = true)
    {
        lock (Gate)
        {
            if (_loaded)
                return;

            var tuned = tuneMalloc
                && !string.Equals(Environment.GetEnvironmentVariable("IRCONSTYLE_MALLOC"), "default", StringComparison.OrdinalIgnoreCase)
                && GlibcMalloc.Tune();
            var bounded = boundSpin && OpenMpSpin.Bound();
            var files = TorchNativeFiles.Find(TorchNativeFiles.SearchDirectories());
            Load(files);
            _info = new TorchNativeInfo(files.TorchLibrary, files.Binding, tuned, bounded);
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
            torch.InitializeDeviceType(DeviceType.CPU);
            _loaded = true;
        }
    }

    private static void Load(TorchNativeFiles files)
    {
        // Dependencies first: a library that is in the process already satisfies later ones by its name, so the
        // directories need not know each other.
        foreach (var library in files.Dependencies)
            NativeLibrary.TryLoad(library, out _);

        Handles[TorchNativeFiles.LogicalName(files.TorchLibrary)] = LoadOrExplain(files.TorchLibrary);
        Handles[TorchNativeFiles.LogicalName(files.Binding)] = LoadBinding(files.Binding);
    }

    private static nint LoadBinding(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException exception) when (exception.Message.Contains(TooNewVersion, StringComparison.Ordinal))
        {
            return LoadOrExplain(PatchedCopy.Of(path, TooNewVersion));
        }
        catch (DllNotFoundException exception)
        {
            throw Explain(path, exception);
        }
    }

    private static nint LoadOrExplain(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw Explain(path, exception);
        }
    }

    private static IRConStyleException Explain(string path, Exception exception)
    {
        var cause = exception.Message.ReplaceLineEndings(" ");
        return new IRConStyleException($"The native library {path} cannot be loaded: {cause}", Remedy, exception);
    }

    private static nint Resolve(Assembly assembly, string name)
        => Handles.GetValueOrDefault(TorchNativeFiles.LogicalName(name));

    internal static IRConStyleException Missing(string file, IEnumerable<string> searched)
        => new($"The native library {file} was not found in {string.Join(", ", searched)}.", Remedy);
}

/// <summary>Which native libraries a process runs on.</summary>
/// <param name="TorchLibrary">Path of libtorch.</param>
/// <param name="Binding">Path of TorchSharp's native part.</param>
/// <param name="MallocTuned">Whether glibc's allocator was tuned for large activations.</param>
/// <param name="SpinBounded">Whether libgomp was told to let waiting threads sleep soon; false where the user decided.</param>
public sealed record TorchNativeInfo(string TorchLibrary, string Binding, bool MallocTuned, bool SpinBounded);
