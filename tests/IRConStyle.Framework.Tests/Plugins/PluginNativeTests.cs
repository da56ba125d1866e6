using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using IRConStyle.Framework.Plugins;

namespace IRConStyle.Framework.Tests.Plugins;

/// <summary>A plugin's native library lies in its folder, and nowhere the program would look.</summary>
public sealed class PluginNativeTests
{
    // Something with a known answer that lies beside every runtime.
    private static readonly string Source = Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), $"{(OperatingSystem.IsWindows() ? "" : "lib")}System.IO.Compression.Native{Extension}");

    private static string Extension => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    private static string FileName => $"{(OperatingSystem.IsWindows() ? "" : "lib")}counting-house{Extension}";

    [Fact]
    public void A_native_library_beside_the_plugin_is_found()
    {
        using var fixtures = new PluginFixtures("NativeDependency");
        File.Copy(Source, Path.Combine(fixtures.Directory, "NativeDependency", FileName));

        Works(fixtures);
    }

    [Fact]
    public void A_native_library_of_a_package_is_found_where_the_deps_file_says_for_this_system()
    {
        using var fixtures = new PluginFixtures("NativeDependency");
        var folder = Path.Combine(fixtures.Directory, "NativeDependency");
        var asset = $"runtimes/{RuntimeInformation.RuntimeIdentifier}/native/{FileName}";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, asset))!);
        File.Copy(Source, Path.Combine(folder, asset));
        AddPackage(Path.Combine(folder, "NativeDependency.deps.json"), asset);

        Works(fixtures);
    }

    [Fact]
    public void A_missing_native_library_is_named()
    {
        using var fixtures = new PluginFixtures("NativeDependency");

        var report = fixtures.ReportOf("NativeDependency");

        report.Status.ShouldBe(PluginStatus.Failed);
        report.Reason.ShouldNotBeNull().ShouldContain("counting-house");
        report.Reason.ShouldNotContain("\n");
        report.Remedy.ShouldNotBeNull().ShouldContain("native libraries");
    }

    // 0xCBF43926 is the check value of CRC-32.
    private static void Works(PluginFixtures fixtures)
    {
        var report = fixtures.ReportOf("NativeDependency");
        report.Status.ShouldBe(PluginStatus.Loaded, report.Reason);
        report.Components.ShouldHaveSingleItem().Info.Name.ShouldBe("crc-cbf43926");
    }

    // As NuGet writes it for a package with natives.
    private static void AddPackage(string file, string asset)
    {
        var document = JsonNode.Parse(File.ReadAllText(file))!;
        var target = document["targets"]!.AsObject().Single().Value!.AsObject();
        target["CountingHouse/1.0.0"] = new JsonObject
        {
            ["runtimeTargets"] = new JsonObject
            {
                [asset] = new JsonObject { ["rid"] = RuntimeInformation.RuntimeIdentifier, ["assetType"] = "native", ["fileVersion"] = "0.0.0.0" },
            },
        };
        document["libraries"]!["CountingHouse/1.0.0"] = new JsonObject { ["type"] = "package", ["serviceable"] = true, ["sha512"] = "" };
        File.WriteAllText(file, document.ToJsonString());
    }
}
