using TorchSharp;

namespace IRConStyle.Framework.Native;

/// <summary>The native files of one tensor backend, wherever they lie.</summary>
/// <param name="Binding">TorchSharp's native part.</param>
/// <param name="TorchLibrary">torch_cuda where there is one, else torch_cpu.</param>
/// <param name="Dependencies">Libraries the two need, in loading order.</param>
internal sealed record TorchNativeFiles(string Binding, string TorchLibrary, IReadOnlyList<string> Dependencies)
{
    /// <summary>The key in runtimeconfig.json under which build/TorchNatives.targets writes directories.</summary>
    public const string DirectoriesKey = "IRConStyle.Native.Directories";

    private static readonly string[] CpuOrder = ["gomp", "iomp5md", "uv", "c10", "torch_global_deps", "torch_cpu"];
    private static readonly string[] CudaOrder = ["cudart", "cudnn", "nvrtc", "cublasLt", "cublas", "cufft", "curand", "cusparse", "cusolver", "nccl", "c10_cuda"];

    private static string FilePrefix => OperatingSystem.IsWindows() ? "" : "lib";

    private static string FileSuffix => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    /// <summary>The name P/Invoke declarations use: <c>/x/libtorch_cpu.so</c> becomes <c>torch_cpu</c>.</summary>
    public static string LogicalName(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(FileSuffix, StringComparison.OrdinalIgnoreCase))
            name = name[..^FileSuffix.Length];
        return FilePrefix.Length > 0 && name.StartsWith(FilePrefix, StringComparison.Ordinal) ? name[FilePrefix.Length..] : name;
    }

    /// <summary>The directories that may hold native libraries, most specific first.</summary>
    public static IReadOnlyList<string> SearchDirectories()
    {
        var directories = new List<string>();
        if (Environment.GetEnvironmentVariable("IRCONSTYLE_LIBTORCH") is { Length: > 0 } chosen)
            directories.Add(chosen);

        var rid = OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";
        directories.Add(AppContext.BaseDirectory);
        directories.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native"));
        if (AppContext.GetData(DirectoriesKey) is string built)
            directories.AddRange(built.Split(';', StringSplitOptions.RemoveEmptyEntries));

        directories.AddRange(PackageCacheDirectories(rid));
        return directories.Distinct(StringComparer.Ordinal).ToArray();
    }

    /// <summary>Picks the files of one backend; CUDA wins over CPU where both are there.</summary>
    /// <param name="directories">Where to look, most specific first.</param>
    public static TorchNativeFiles Find(IReadOnlyList<string> directories)
    {
        var existing = directories.Where(Directory.Exists).ToArray();
        var binding = Locate(existing, "LibTorchSharp") ?? throw TorchNative.Missing(FileName("LibTorchSharp"), directories);
        var cuda = Locate(existing, "torch_cuda");
        var torchLibrary = cuda ?? Locate(existing, "torch_cpu") ?? throw TorchNative.Missing(FileName("torch_cpu"), directories);

        var order = cuda is null ? CpuOrder : [.. CpuOrder[..^1], .. CudaOrder, CpuOrder[^1]];
        var dependencies = order
            .SelectMany(stem => Libraries(existing, stem))
            .Append(Locate(existing, "torch"))
            .OfType<string>()
            .Where(path => path != torchLibrary)
            .ToArray();
        return new TorchNativeFiles(binding, torchLibrary, dependencies);
    }

    private static string FileName(string logical) => FilePrefix + logical + FileSuffix;

    private static string? Locate(IEnumerable<string> directories, string logical)
        => directories.Select(directory => Path.Combine(directory, FileName(logical))).FirstOrDefault(File.Exists);

    /// <summary>Libraries such as <c>libgomp-98b21ff3.so.1</c> carry a hash or a version in their name.</summary>
    private static IEnumerable<string> Libraries(IEnumerable<string> directories, string stem)
        => Locate(directories, stem) is { } exact
            ? [exact]
            : directories
                .Select(directory => Directory.GetFiles(directory, $"{FilePrefix}{stem}*"))
                .FirstOrDefault(found => found.Length > 0) ?? [];

    private static IEnumerable<string> PackageCacheDirectories(string rid)
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES");
        if (string.IsNullOrEmpty(root))
            root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        if (!Directory.Exists(root))
            yield break;

        // typeof alone: touching a member of torch would start TorchSharp's own search, which copies 500 MB and fails.
        var binding = typeof(torch).Assembly.GetName().Version!;
        yield return Path.Combine(root, "torchsharp", $"{binding.Major}.{binding.Minor}.{binding.Build}", "runtimes", rid, "native");
        var backend = Path.Combine(root, $"libtorch-cpu-{rid}");
        if (!Directory.Exists(backend))
            yield break;
        foreach (var version in Directory.GetDirectories(backend).OrderDescending(StringComparer.Ordinal))
            yield return Path.Combine(version, "runtimes", rid, "native");
    }
}
