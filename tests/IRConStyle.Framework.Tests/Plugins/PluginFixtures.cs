using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Framework.Tests.Plugins;

/// <summary>A plugin directory of a test's own, filled with compiled fixture plugins.</summary>
internal sealed class PluginFixtures : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public PluginFixtures(params string[] names)
    {
        foreach (var name in names)
            Copy(name, name);
    }

    public string Directory => _directory.Path;

    public string Copy(string name, string folder)
    {
        var target = System.IO.Directory.CreateDirectory(_directory.File(folder)).FullName;
        foreach (var file in System.IO.Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", name)))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }

    public ServiceProvider Load(params string[] moreDirectories)
        => new ServiceCollection()
            .Also(services => services.AddIRConStyle(
                new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("IRConStyle:PluginDirectories:0", (string?)Directory)]).Build(),
                setup => Array.ForEach(moreDirectories, setup.PluginDirectories.Add)))
            .BuildServiceProvider();

    public PluginReport ReportOf(string folder)
    {
        using var services = Load();
        return services.GetRequiredService<PluginCatalogue>().Reports.Single(report => Path.GetFileName(report.Folder) == folder);
    }

    public void Dispose() => _directory.Dispose();
}
