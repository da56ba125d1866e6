using System.Diagnostics;
using System.Text.Json;

namespace IRConStyle.Framework.Tests.Build;

/// <summary>Which native package build/Torch.targets picks, asked of the build itself; nothing is restored.</summary>
public class TorchBackendTests
{
    private static readonly string Project = Path.Combine(
        SharedData.Root, "tests", "IRConStyle.Framework.Tests", "IRConStyle.Framework.Tests.csproj");

    [Theory]
    [InlineData("linux", null, "libtorch-cpu-linux-x64")]
    [InlineData("linux", "cpu", "libtorch-cpu-linux-x64")]
    [InlineData("linux", "cuda", "TorchSharp-cuda-linux")]
    [InlineData("windows", null, "TorchSharp-cuda-windows")]
    [InlineData("windows", "cuda", "TorchSharp-cuda-windows")]
    [InlineData("windows", "cpu", "libtorch-cpu-win-x64")]
    [InlineData("osx", null, "libtorch-cpu-osx-arm64")]
    public void One_property_picks_the_package(string system, string? backend, string expected)
        => ShouldReference(expected, [$"-p:TorchOS={system}", .. Backend(backend)]);

    [Theory]
    [InlineData("win-x64", "TorchSharp-cuda-windows")]
    [InlineData("linux-x64", "libtorch-cpu-linux-x64")]
    [InlineData("osx-arm64", "libtorch-cpu-osx-arm64")]
    public void Publishing_for_another_system_takes_that_systems_package(string runtime, string expected)
        => ShouldReference(expected, $"-p:RuntimeIdentifier={runtime}");

    [Theory]
    [InlineData("osx", "cuda")]
    [InlineData("linux", "rocm")]
    public void A_backend_that_does_not_exist_is_a_build_error(string system, string backend)
    {
        var (exitCode, output) = MSBuild(["-t:CheckTorchBackend", "-v:q", "-nologo", $"-p:TorchOS={system}", .. Backend(backend)]);
        exitCode.ShouldNotBe(0);
        output.ShouldContain($"TorchBackend '{backend}' is not available on {system}: use cpu or cuda");
    }

    private static void ShouldReference(string expected, params string[] properties)
    {
        var (_, output) = MSBuild(["-getItem:PackageReference", .. properties]);
        using var document = JsonDocument.Parse(output);
        var packages = document.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)
            .Where(name => name.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase) || name.StartsWith("TorchSharp", StringComparison.OrdinalIgnoreCase));
        packages.ShouldBe(["TorchSharp", expected], ignoreOrder: true);
    }

    private static string[] Backend(string? backend) => backend is null ? [] : [$"-p:TorchBackend={backend}"];

    private static (int ExitCode, string Output) MSBuild(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "msbuild", Project }.Concat(arguments))
            start.ArgumentList.Add(argument);
        // A build that runs these tests must not decide their outcome.
        foreach (var name in new[] { "TorchOS", "TorchBackend", "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath" })
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
