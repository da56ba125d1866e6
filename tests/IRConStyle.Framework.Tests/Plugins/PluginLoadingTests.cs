using IRConStyle.Abstractions;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Plugins;

public sealed class PluginLoadingTests
{
    [Fact]
    public void A_good_plugin_becomes_keyed_and_enumerable_services()
    {
        using var fixtures = new PluginFixtures("Good");
        using var services = fixtures.Load();

        var report = services.GetRequiredService<PluginCatalogue>().Reports.ShouldHaveSingleItem();
        report.Status.ShouldBe(PluginStatus.Loaded);
        report.Info.ShouldNotBeNull().Version.ShouldBe("1.2.3");
        report.Components.ShouldHaveSingleItem().PluginName.ShouldBe("Good");
        var factory = services.GetRequiredKeyedService<IComponentFactory<IRestorationLoss>>("fixture-loss");
        services.GetServices<IComponentFactory<IRestorationLoss>>().ShouldBe([factory]);
        using var loss = factory.Create(new NoOptions(), new ComponentContext(services)).Compute(null!, null!);
        loss.item<float>().ShouldBe(0f);
    }

    [Fact]
    public void A_plugin_without_entry_point_is_reported() => ShouldFail("NoEntryPoint", "has no entry point");

    [Fact]
    public void A_plugin_with_several_entry_points_is_reported_with_their_names()
        => ShouldFail("SeveralEntryPoints", "has 2 entry points: IRConStyle.Fixtures.FirstPlugin, IRConStyle.Fixtures.SecondPlugin");

    [Fact]
    public void A_plugin_whose_constructor_throws_is_reported_with_the_cause()
        => ShouldFail("ThrowingConstructor", "cannot be created: InvalidOperationException: no licence found");

    [Fact]
    public void A_plugin_whose_registration_throws_leaves_nothing_behind()
    {
        ShouldFail("ThrowingRegister", "InvalidOperationException: the second half is missing");

        using var fixtures = new PluginFixtures("ThrowingRegister");
        using var services = fixtures.Load();
        services.GetKeyedService<IComponentFactory<IRestorationLoss>>("half-registered").ShouldBeNull();
        services.GetServices<IComponentFactory<IRestorationLoss>>().ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_dependency_is_named_before_its_first_use()
        => ShouldFail("MissingDependency", "a dependency is missing: Abacus");

    [Fact]
    public void A_newer_contract_version_is_refused()
        => ShouldFail("NewerContract", $"built against contract version {Contract.Version + 1}, this program has {Contract.Version}");

    [Fact]
    public void A_newer_contract_assembly_is_refused()
    {
        using var fixtures = new PluginFixtures("Good");
        var folder = fixtures.Copy("Good", "Newer");
        EmittedAssembly.SetReferencedMajorVersion(Path.Combine(folder, "Good.dll"), "IRConStyle.Abstractions", 9);

        var report = fixtures.ReportOf("Newer");

        report.Status.ShouldBe(PluginStatus.Failed);
        report.Reason.ShouldNotBeNull().ShouldContain("built against IRConStyle.Abstractions 9.");
        fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
    }

    [Fact]
    public void A_taken_component_name_drops_the_second_plugin_as_a_whole()
    {
        ShouldFail("TakenComponentName", "the IRestorationLoss name 'fixture-loss' is taken by plugin 'Good'");

        using var fixtures = new PluginFixtures("Good", "TakenComponentName");
        using var services = fixtures.Load();
        services.GetRequiredService<PluginCatalogue>().NamesOf(typeof(IRestorationLoss)).ShouldBe(["fixture-loss"]);
        services.GetKeyedService<IComponentFactory<IRestorationLoss>>("taken-other").ShouldBeNull();
    }

    [Fact]
    public void A_taken_plugin_name_drops_the_second_plugin() => ShouldFail("TakenPluginName", "the plugin name 'Good' is taken by");

    [Fact]
    public void A_damaged_assembly_is_reported()
    {
        using var fixtures = new PluginFixtures("Good");
        var file = Path.Combine(fixtures.Copy("Good", "Damaged"), "Good.dll");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..1000]);

        var report = fixtures.ReportOf("Damaged");

        report.Status.ShouldBe(PluginStatus.Failed);
        report.Reason.ShouldNotBeNull().ShouldContain("damaged or no .NET assembly");
        fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
    }

    [Fact]
    public void A_folder_without_plugin_is_reported()
    {
        using var fixtures = new PluginFixtures("Good");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(fixtures.Directory, "Notes")).FullName, "notes.txt"), "nothing");

        fixtures.ReportOf("Notes").Reason.ShouldBe("the folder holds no plugin");
        fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
    }

    [SkippableFact]
    public void A_folder_that_cannot_be_read_is_reported()
    {
        Skip.If(Environment.IsPrivilegedProcess, "Needs a user whom Unix permissions bind.");
        if (OperatingSystem.IsWindows())
            throw new SkipException("Needs Unix permissions.");
        using var fixtures = new PluginFixtures("Good");
        var locked = Directory.CreateDirectory(Path.Combine(fixtures.Directory, "Locked"), UnixFileMode.None).FullName;
        try
        {
            fixtures.ReportOf("Locked").Reason.ShouldNotBeNull().ShouldContain("cannot be read");
            fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
        }
        finally
        {
            File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_folder_with_several_assemblies_and_no_hint_is_reported()
    {
        using var fixtures = new PluginFixtures();
        var folder = fixtures.Copy("PrivateDependency", "Ambiguous");
        File.Delete(Path.Combine(folder, "PrivateDependency.deps.json"));

        fixtures.ReportOf("Ambiguous").Reason.ShouldNotBeNull().ShouldContain("2 assemblies and nothing says which");
    }

    [Fact]
    public void A_private_dependency_may_have_another_version_than_the_hosts()
    {
        Fixtures.Libraries.Tally.Edition.ShouldBe("edition-1");
        using var fixtures = new PluginFixtures("PrivateDependency");

        var report = fixtures.ReportOf("PrivateDependency");

        report.Status.ShouldBe(PluginStatus.Loaded, report.Reason);
        report.Components.ShouldHaveSingleItem().Info.Name.ShouldBe("edition-2");
    }

    [Fact]
    public void A_copy_of_the_contracts_in_a_plugin_folder_is_passed_over()
    {
        using var fixtures = new PluginFixtures("Good");
        File.Copy(typeof(Contract).Assembly.Location, Path.Combine(fixtures.Directory, "Good", "IRConStyle.Abstractions.dll"));

        fixtures.ReportOf("Good").Status.ShouldBe(PluginStatus.Loaded);
    }

    [Fact]
    public void Directories_load_in_their_order_and_folders_in_ordinal_order()
    {
        using var first = new PluginFixtures("PrivateDependency", "Good");
        using var second = new PluginFixtures("TakenPluginName");
        using var services = first.Load(second.Directory);

        services.GetRequiredService<PluginCatalogue>().Reports.Select(report => Path.GetFileName(report.Folder))
            .ShouldBe(["Good", "PrivateDependency", "TakenPluginName"]);
    }

    [Fact]
    public void Folders_of_one_name_in_two_directories_are_two_plugins()
    {
        using var first = new PluginFixtures();
        using var second = new PluginFixtures();
        first.Copy("Good", "Extra");
        second.Copy("PrivateDependency", "Extra");
        using var services = first.Load(second.Directory);

        services.GetRequiredService<PluginCatalogue>().Reports.Select(report => (report.Info?.Name, report.Status))
            .ShouldBe([("Good", PluginStatus.Loaded), ("PrivateDependency", PluginStatus.Loaded)]);
    }

    [Fact]
    public void Only_the_main_assembly_of_a_folder_brings_a_plugin()
    {
        using var fixtures = new PluginFixtures("Good");
        File.Copy(
            Path.Combine(AppContext.BaseDirectory, "fixtures", "TakenComponentName", "TakenComponentName.dll"),
            Path.Combine(fixtures.Directory, "Good", "TakenComponentName.dll"));

        fixtures.ReportOf("Good").Components.ShouldHaveSingleItem().Info.Name.ShouldBe("fixture-loss");
    }

    [Fact]
    public void A_missing_directory_is_an_error_only_when_it_was_named()
    {
        var empty = new ConfigurationBuilder().Build();
        new ServiceCollection().AddIRConStyle(empty).ShouldNotBeNull();

        var error = Should.Throw<IRConStyleException>(
            () => new ServiceCollection().AddIRConStyle(empty, setup => setup.PluginDirectories.Add("nowhere")));

        error.Message.ShouldContain(Path.Combine(AppContext.BaseDirectory, "nowhere"));
    }

    [Fact]
    public void A_plugin_folder_carries_nothing_of_the_host()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", "Good"));

        files.Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["Good.deps.json", "Good.dll", "Good.pdb"]);
        files.Sum(file => new FileInfo(file).Length).ShouldBeLessThan(64 * 1024);
    }

    // Loads the plugin beside a good one, which must run whatever happens to the other.
    private static void ShouldFail(string name, string reason)
    {
        using var fixtures = new PluginFixtures("Good", name);
        using var services = fixtures.Load();
        var reports = services.GetRequiredService<PluginCatalogue>().Reports.ToDictionary(report => Path.GetFileName(report.Folder)!);

        reports["Good"].Status.ShouldBe(PluginStatus.Loaded);
        var report = reports[name];
        report.Status.ShouldBe(PluginStatus.Failed);
        report.Folder.ShouldBe(Path.Combine(fixtures.Directory, name));
        report.Reason.ShouldNotBeNull().ShouldContain(reason);
        report.Remedy.ShouldNotBeNullOrWhiteSpace();
        report.Components.ShouldBeEmpty();
    }
}
