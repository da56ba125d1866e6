using IRConStyle.Abstractions;

namespace IRConStyle.Contracts.Tests;

public class PluginTests
{
    [Fact]
    public void Every_built_plugin_loads()
        => ContractHost.Plugins.Failures.Select(report => $"{report.Folder}: {report.Reason}").ShouldBeEmpty();

    [Fact]
    public void Every_plugin_folder_brings_components()
    {
        var folders = Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "plugins"));
        ContractHost.Plugins.Reports.Count.ShouldBe(folders.Length);
        ContractHost.Plugins.Reports.ShouldAllBe(report => report.Components.Count > 0);
    }

    [Theory]
    [InlineData(typeof(IBackbone))]
    [InlineData(typeof(IStyleEncoder))]
    [InlineData(typeof(IStyleInjection))]
    [InlineData(typeof(IDegradation))]
    [InlineData(typeof(IRestorationDataset))]
    [InlineData(typeof(IRestorationLoss))]
    [InlineData(typeof(IContrastiveLoss))]
    [InlineData(typeof(IMetric))]
    public void Every_contract_has_a_component(Type contract) => ContractHost.Plugins.NamesOf(contract).ShouldNotBeEmpty();

    [Fact]
    public void Every_component_has_a_name_of_lower_case_words_and_a_summary()
    {
        foreach (var component in ContractHost.Plugins.Components)
        {
            component.Info.Name.ShouldMatch("^[a-z0-9]+(-[a-z0-9]+)*$");
            component.Info.Summary.ShouldNotBeNullOrWhiteSpace(component.Info.Name);
        }
    }

    [Fact]
    public void No_plugin_carries_what_the_host_owns()
    {
        var shared = new[] { "TorchSharp.dll", "IRConStyle.Abstractions.dll", "IRConStyle.Modules.dll", "IRConStyle.Framework.dll", "SkiaSharp.dll" };
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "plugins"), "*", SearchOption.AllDirectories)
            .Where(file => shared.Contains(Path.GetFileName(file)) || Path.GetExtension(file) is ".so" or ".dylib")
            .ShouldBeEmpty();
    }
}
