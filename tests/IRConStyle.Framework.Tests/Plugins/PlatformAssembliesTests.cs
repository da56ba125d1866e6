using IRConStyle.Framework.Plugins;

namespace IRConStyle.Framework.Tests.Plugins;

public sealed class PlatformAssembliesTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "dotnet"));

    private static readonly string Program = Path.GetFullPath(Path.Combine(Path.GetTempPath(), "program"));

    [Fact]
    public void This_process_knows_its_platform()
    {
        PlatformAssemblies.Here.Contains("System.Runtime").ShouldBeTrue();
        PlatformAssemblies.Here.Contains("netstandard").ShouldBeTrue();
        PlatformAssemblies.Here.Contains("TorchSharp").ShouldBeFalse();
        PlatformAssemblies.Here.Contains("System.CommandLine").ShouldBeFalse();
    }

    [Theory]
    [InlineData("System.Runtime", true)]
    [InlineData("Microsoft.AspNetCore.Http", true)]
    [InlineData("System.CommandLine", false)]
    [InlineData("CsvHelper", false)]
    public void A_program_on_a_shared_runtime_is_told_from_it_by_place(string name, bool expected)
    {
        var runtime = Path.Combine(Root, "shared", "Microsoft.NETCore.App", "10.0.0");
        var platform = new PlatformAssemblies(
            Trusted(
                (runtime, "System.Runtime"), (Path.Combine(Root, "shared", "Microsoft.AspNetCore.App", "10.0.0"), "Microsoft.AspNetCore.Http"),
                (Program, "System.CommandLine"), (Program, "CsvHelper")),
            runtime + Path.DirectorySeparatorChar, Program + Path.DirectorySeparatorChar);

        platform.Contains(name).ShouldBe(expected);
    }

    [Theory]
    [InlineData("System.Runtime", true)]
    [InlineData("CsvHelper", false)]
    [InlineData("System.Reactive", false)]
    public void A_self_contained_program_is_told_from_its_runtime_by_name(string name, bool expected)
        => new PlatformAssemblies(Trusted((Program, "System.Runtime"), (Program, "CsvHelper")), Program, Program + Path.DirectorySeparatorChar)
            .Contains(name).ShouldBe(expected);

    [Theory]
    [InlineData("System.Runtime", true)]
    [InlineData("netstandard", true)]
    [InlineData("CsvHelper", false)]
    public void A_program_of_one_file_lists_nothing_and_names_decide(string name, bool expected)
        => new PlatformAssemblies("", Program, Program).Contains(name).ShouldBe(expected);

    private static string Trusted(params (string Folder, string Name)[] files)
        => string.Join(Path.PathSeparator, files.Select(file => Path.Combine(file.Folder, file.Name + ".dll")));
}
