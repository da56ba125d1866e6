using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Plugins;
using TorchSharp;

namespace IRConStyle.Framework.Tests.Plugins;

/// <summary>Whose copy of an assembly a plugin gets: decided by name and files, never by what was used before.</summary>
public sealed class PluginIsolationTests
{
    [Theory]
    [InlineData("ICSharpCode.SharpZipLib")]
    [InlineData("Google.Protobuf")]
    [InlineData("SkiaSharp")]
    public void What_only_shared_assemblies_refer_to_is_the_plugins_own(string library)
    {
        using var fixtures = new PluginFixtures("Good");
        var own = EmittedAssembly.Write(Path.Combine(fixtures.Directory, "Good"), library, "0.0.1.0");

        ContextOf(fixtures, "Good").LoadFromAssemblyName(new AssemblyName(library)).Location.ShouldBe(own);
    }

    [Theory]
    [InlineData("SkiaSharp")]
    [InlineData("CsvHelper")]
    [InlineData("System.Collections.Immutable")]
    [InlineData("System.Threading.Channels")]
    public void A_dependency_is_the_same_one_before_and_after_the_first_use_of_others(string library)
    {
        using var fixtures = new PluginFixtures("Good");
        fixtures.Copy("Good", "Later");
        foreach (var folder in new[] { "Good", "Later" })
            EmittedAssembly.Write(Path.Combine(fixtures.Directory, folder), library, "0.0.1.0");

        var before = ContextOf(fixtures, "Good").LoadFromAssemblyName(new AssemblyName(library));
        var context = ContextOf(fixtures, "Later");
        UseEverything(context, except: library);
        var after = context.LoadFromAssemblyName(new AssemblyName(library));

        after.GetName().Version.ShouldBe(before.GetName().Version);
    }

    [Fact]
    public void Two_plugins_and_the_program_may_each_have_a_version_of_their_own()
    {
        using var fixtures = new PluginFixtures("Good");
        fixtures.Copy("Good", "Other");
        EmittedAssembly.Write(Path.Combine(fixtures.Directory, "Good"), "Tally", "0.3.0.0");
        EmittedAssembly.Write(Path.Combine(fixtures.Directory, "Other"), "Tally", "4.0.0.0");

        string?[] versions =
        [
            ContextOf(fixtures, "Good").LoadFromAssemblyName(new AssemblyName("Tally")).GetName().Version?.ToString(2),
            ContextOf(fixtures, "Other").LoadFromAssemblyName(new AssemblyName("Tally")).GetName().Version?.ToString(2),
            typeof(Fixtures.Libraries.Tally).Assembly.GetName().Version?.ToString(2),
        ];

        versions.ShouldBe(["0.3", "4.0", "1.0"]);
    }

    [Fact]
    public void What_the_program_happens_to_carry_is_no_dependency_of_a_plugin()
    {
        using var fixtures = new PluginFixtures("PrivateDependency");
        var folder = Path.Combine(fixtures.Directory, "PrivateDependency");
        File.Delete(Path.Combine(folder, "Tally.dll"));
        EmittedAssembly.SetReferencedMajorVersion(Path.Combine(folder, "PrivateDependency.dll"), "Tally", 1);
        Fixtures.Libraries.Tally.Edition.ShouldBe("edition-1");

        fixtures.ReportOf("PrivateDependency").Reason.ShouldBe("a dependency is missing: Tally");
    }

    [Theory]
    [InlineData("TorchSharp", typeof(torch.Tensor))]
    [InlineData("IRConStyle.Abstractions", typeof(Contract))]
    [InlineData("Microsoft.Extensions.DependencyInjection.Abstractions", typeof(Microsoft.Extensions.DependencyInjection.IServiceCollection))]
    public void A_newer_copy_of_what_is_shared_is_refused_and_never_used(string library, Type type)
    {
        using var directory = new TemporaryDirectory();
        var plugin = EmittedAssembly.Write(directory.Path, "Newer", "1.0.0.0", type);
        EmittedAssembly.SetReferencedMajorVersion(plugin, library, 99);
        EmittedAssembly.Write(directory.Path, library, "99.0.0.0");

        Should.Throw<PluginFailure>(() => PluginAssembly.Load(plugin)).Message.ShouldContain($"built against {library} 99.");
    }

    [Fact]
    public void A_newer_copy_of_a_platform_assembly_is_the_plugins_own_when_it_asks_for_it()
    {
        using var directory = new TemporaryDirectory();
        var plugin = EmittedAssembly.Write(directory.Path, "Newer", "1.0.0.0", typeof(ImmutableArray<int>));
        EmittedAssembly.SetReferencedMajorVersion(plugin, "System.Collections.Immutable", 99);
        var own = EmittedAssembly.Write(directory.Path, "System.Collections.Immutable", "99.0.0.0");

        var context = ContextOf(PluginAssembly.Load(plugin).Assembly);

        context.LoadFromAssemblyName(new AssemblyName("System.Collections.Immutable")).Location.ShouldBe(own);
    }

    [Fact]
    public void An_older_copy_of_a_platform_assembly_is_passed_over()
    {
        using var fixtures = new PluginFixtures("Good");
        EmittedAssembly.Write(Path.Combine(fixtures.Directory, "Good"), "System.Collections.Immutable", "0.0.1.0");

        ContextOf(fixtures, "Good").LoadFromAssemblyName(new AssemblyName("System.Collections.Immutable"))
            .ShouldBeSameAs(typeof(ImmutableArray).Assembly);
    }

    [Fact]
    public void A_dependency_of_a_dependency_is_checked_before_anything_is_loaded()
    {
        using var directory = new TemporaryDirectory();
        var plugin = EmittedAssembly.Write(directory.Path, "Chain", "1.0.0.0", typeof(Fixtures.Libraries.Tally));
        EmittedAssembly.Write(directory.Path, "Tally", "1.0.0.0", typeof(torch));
        EmittedAssembly.SetReferencedMajorVersion(Path.Combine(directory.Path, "Tally.dll"), "TorchSharp", 99);

        Should.Throw<PluginFailure>(() => PluginAssembly.Load(plugin)).Message.ShouldStartWith("its Tally.dll was built against TorchSharp 99.");
        LoadedFrom(directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void A_dependency_for_one_kind_of_system_may_lie_below_runtimes()
    {
        using var directory = new TemporaryDirectory();
        var plugin = EmittedAssembly.Write(directory.Path, "Systems", "1.0.0.0", typeof(Fixtures.Libraries.Tally));
        var folder = Directory.CreateDirectory(Path.Combine(directory.Path, "runtimes", "unix", "lib", "net10.0")).FullName;
        EmittedAssembly.Write(folder, "Tally", "1.0.0.0");

        PluginAssembly.Load(plugin).Assembly.GetName().Name.ShouldBe("Systems");
    }

    [Theory]
    [InlineData("MissingDependency")]
    [InlineData("PrivateDependency")]
    public void A_plugin_whose_dependency_is_missing_leaves_nothing_loaded(string name)
    {
        using var fixtures = new PluginFixtures(name);
        var folder = Path.Combine(fixtures.Directory, name);
        File.Delete(Path.Combine(folder, "Tally.dll"));

        fixtures.ReportOf(name).Reason.ShouldNotBeNull().ShouldStartWith("a dependency is missing: ");

        LoadedFrom(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_damaged_dependency_is_named_and_leaves_nothing_loaded()
    {
        using var fixtures = new PluginFixtures("PrivateDependency");
        var folder = Path.Combine(fixtures.Directory, "PrivateDependency");
        File.WriteAllText(Path.Combine(folder, "Tally.dll"), "no assembly");

        fixtures.ReportOf("PrivateDependency").Reason.ShouldNotBeNull().ShouldStartWith("the file is damaged or no .NET assembly: Tally.dll: ");

        LoadedFrom(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_damaged_deps_file_is_reported_with_its_name()
    {
        using var fixtures = new PluginFixtures("Good");
        File.WriteAllText(Path.Combine(fixtures.Directory, "Good", "Good.deps.json"), "{ nonsense");

        var report = fixtures.ReportOf("Good");

        report.Status.ShouldBe(PluginStatus.Failed);
        report.Reason.ShouldNotBeNull().ShouldContain("Good.deps.json");
        report.Remedy.ShouldNotBeNull().ShouldContain(".deps.json");
    }

    [Fact]
    public void A_plugin_for_a_newer_platform_is_refused()
    {
        using var fixtures = new PluginFixtures("Good");
        EmittedAssembly.SetReferencedMajorVersion(Path.Combine(fixtures.Directory, "Good", "Good.dll"), "System.Runtime", 99);

        var report = fixtures.ReportOf("Good");

        report.Reason.ShouldNotBeNull().ShouldContain("built against System.Runtime 99.");
        report.Remedy.ShouldNotBeNull().ShouldContain(".NET");
    }

    private static AssemblyLoadContext ContextOf(PluginFixtures fixtures, string folder)
        => ContextOf(PluginAssembly.Load(Path.Combine(fixtures.Directory, folder, "Good.dll")).Assembly);

    private static AssemblyLoadContext ContextOf(Assembly assembly) => AssemblyLoadContext.GetLoadContext(assembly).ShouldNotBeNull();

    private static IEnumerable<string> LoadedFrom(string folder)
        => AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic).Select(assembly => assembly.Location)
            .Where(location => location.StartsWith(folder, StringComparison.Ordinal));

    // What the runtime does as one method after the other runs: it asks the plugin's context for each reference in turn.
    private static void UseEverything(AssemblyLoadContext context, string except)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { except };
        var open = new Queue<Assembly>(context.Assemblies);
        while (open.TryDequeue(out var assembly))
            foreach (var reference in assembly.GetReferencedAssemblies())
                if (seen.Add(reference.Name!) && TryLoad(reference) is { } used)
                    open.Enqueue(used);

        Assembly? TryLoad(AssemblyName reference)
        {
            try
            {
                return context.LoadFromAssemblyName(reference);
            }
            catch (FileNotFoundException)
            {
                return null; // The program's own, not for plugins.
            }
        }
    }
}
