using IRConStyle.Abstractions;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Plugins;

/// <summary>A plugin directory that cannot be listed is one report; the others still load.</summary>
public sealed class PluginFolderTests
{
    [Fact]
    public void A_file_in_the_place_of_a_plugin_directory_is_reported()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("plugins"), "no directory");

        ShouldBeReported(directory.File("plugins"), "the plugin directory is a file");
    }

    [Fact]
    public void A_link_to_nowhere_in_the_place_of_a_plugin_directory_is_reported()
    {
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory.File("plugins"), directory.File("gone"));

        ShouldBeReported(directory.File("plugins"), $"the link leads to {directory.File("gone")}, which does not exist");
    }

    [Fact]
    public void A_link_to_itself_in_the_place_of_a_plugin_directory_is_reported()
    {
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory.File("plugins"), directory.File("plugins"));

        ShouldBeReported(directory.File("plugins"), $"the link leads to {directory.File("plugins")}, and from there nowhere");
    }

    [Fact]
    public void A_plugin_directory_with_too_long_a_name_is_reported()
    {
        using var directory = new TemporaryDirectory();

        ShouldBeReported(directory.File(new string('p', 300)), "the plugin directory cannot be listed: ");
    }

    [SkippableFact]
    public void A_plugin_directory_without_permission_is_reported()
    {
        Skip.If(Environment.IsPrivilegedProcess, "Needs a user whom Unix permissions bind.");
        if (OperatingSystem.IsWindows())
            throw new SkipException("Needs Unix permissions.");
        using var directory = new TemporaryDirectory();
        var locked = Directory.CreateDirectory(directory.File("plugins"), UnixFileMode.None).FullName;
        try
        {
            ShouldBeReported(locked, "the plugin directory cannot be listed: ");
        }
        finally
        {
            File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_plugin_directory_that_refuses_to_be_listed_stands_for_itself_and_the_others_are_found()
    {
        using var first = new PluginFixtures("Good");
        using var second = new PluginFixtures("Good");
        var folders = new PluginFolders(directory => directory.FullName == first.Directory
            ? throw new UnauthorizedAccessException("Access is denied.")
            : directory.EnumerateFileSystemInfos());

        var found = folders.Find([first.Directory, second.Directory], mustExist: true).ToList();

        found.Select(folder => folder.Path).ShouldBe([first.Directory, Path.Combine(second.Directory, "Good")]);
        found[0].Failure.ShouldNotBeNull().Message.ShouldBe("the plugin directory cannot be listed: Access is denied");
        found[1].Failure.ShouldBeNull();
    }

    [Fact]
    public void A_plugin_directory_that_goes_away_while_it_is_listed_is_reported_and_no_missing_one()
    {
        using var parent = new TemporaryDirectory();
        var directory = Directory.CreateDirectory(parent.File("plugins"));
        directory.CreateSubdirectory("First");
        directory.CreateSubdirectory("Second");
        var folders = new PluginFolders(ListAndDelete);

        var found = folders.Find([directory.FullName], mustExist: true).ToList().ShouldHaveSingleItem();

        found.Path.ShouldBe(directory.FullName);
        found.Failure.ShouldNotBeNull().Message.ShouldContain("the plugin directory cannot be listed: ");

        static IEnumerable<FileSystemInfo> ListAndDelete(DirectoryInfo directory)
        {
            yield return directory.EnumerateFileSystemInfos().First();
            directory.Delete(recursive: true);
            foreach (var entry in directory.EnumerateFileSystemInfos())
                yield return entry;
        }
    }

    [Fact]
    public void A_linked_folder_loads_and_a_broken_link_among_the_folders_is_reported()
    {
        using var fixtures = new PluginFixtures();
        using var elsewhere = new PluginFixtures("Good");
        Directory.CreateSymbolicLink(Path.Combine(fixtures.Directory, "Linked"), Path.Combine(elsewhere.Directory, "Good"));
        File.CreateSymbolicLink(Path.Combine(fixtures.Directory, "Moved"), Path.Combine(elsewhere.Directory, "gone"));
        File.CreateSymbolicLink(Path.Combine(fixtures.Directory, "notes"), Path.Combine(elsewhere.Directory, "Good", "Good.deps.json"));

        using var services = fixtures.Load();
        var reports = services.GetRequiredService<PluginCatalogue>().Reports;

        reports.Select(report => (Path.GetFileName(report.Folder), report.Status))
            .ShouldBe([("Linked", PluginStatus.Loaded), ("Moved", PluginStatus.Failed)]);
        reports[1].Reason.ShouldNotBeNull().ShouldContain("the link leads to ");
    }

    [Fact]
    public void A_plugin_folder_that_goes_away_before_it_is_loaded_is_reported_and_the_others_load()
    {
        using var fixtures = new PluginFixtures("Good");
        var gone = Path.Combine(fixtures.Directory, "Gone");
        var catalogue = new PluginCatalogue();

        PluginLoading.LoadAll(
            [new PluginFolder(gone), new PluginFolder(Path.Combine(fixtures.Directory, "Good"))],
            new PluginRegistrar(new ServiceCollection(), catalogue), catalogue);

        catalogue.Reports.Select(report => report.Status).ShouldBe([PluginStatus.Failed, PluginStatus.Loaded]);
        catalogue.Reports[0].Folder.ShouldBe(gone);
        catalogue.Reports[0].Reason.ShouldNotBeNull().ShouldStartWith("the folder cannot be read: ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("plug\0ins")]
    public void A_directory_without_a_name_is_an_error(string directory)
        => Should.Throw<IRConStyleException>(() => new PluginFolders().Find([directory], mustExist: false).ToList())
            .Message.ShouldBe("A plugin directory has no name.");

    // Loaded before a directory with a good plugin, both named in the configuration.
    private static void ShouldBeReported(string directory, string reason)
    {
        using var fixtures = new PluginFixtures("Good");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            KeyValuePair.Create("IRConStyle:PluginDirectories:0", (string?)directory),
            KeyValuePair.Create("IRConStyle:PluginDirectories:1", (string?)fixtures.Directory),
        ]).Build();
        using var services = new ServiceCollection().Also(services => services.AddIRConStyle(configuration)).BuildServiceProvider();

        var reports = services.GetRequiredService<PluginCatalogue>().Reports;

        reports.Select(report => report.Status).ShouldBe([PluginStatus.Failed, PluginStatus.Loaded]);
        reports[0].Folder.ShouldBe(directory);
        reports[0].Reason.ShouldNotBeNull().ShouldStartWith(reason);
        reports[0].Remedy.ShouldNotBeNullOrWhiteSpace();
    }
}
