using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Lists plugins and what they bring; a verb below it checks them.</summary>
internal sealed class PluginsCommand : Verb
{
    private readonly Option<bool> _components = new("--components") { Description = "List components by contract, with what they are." };

    public PluginsCommand()
        : base("plugins", "Lists the plugins, and what those that failed failed on.", "plugins", "plugins --components", "plugins --plugins ~/my-plugins")
    {
        Add(_components);
        Add(new PluginsTestCommand());
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var catalogue = host.Services.GetRequiredService<PluginCatalogue>();
        if (call.Result.GetValue(_components))
            ShowComponents(call.Screen, catalogue);
        else
            ShowPlugins(call.Screen, catalogue);
        return catalogue.Failures.Any() ? ExitCode.Failure : ExitCode.Success;
    }

    private static void ShowPlugins(Screen screen, PluginCatalogue catalogue)
    {
        var table = screen.CreateTable(
            ("plugin", false), ("version", false), ("status", false), ("components or reason", false), ("folder", false));
        foreach (var report in catalogue.Reports)
            table.AddTextRow(
                report.Info?.Name ?? Path.GetFileName(report.Folder) ?? "",
                report.Info?.Version ?? "",
                report.Status == PluginStatus.Loaded ? "loaded" : "failed",
                report.Status == PluginStatus.Loaded
                    ? string.Join(", ", report.Components.Select(component => component.Info.Name))
                    : $"{report.Reason}. {report.Remedy}".TrimEnd(),
                report.Folder ?? "the program");
        screen.Output.Write(table);
        screen.WriteLine($"{Figures.Count(catalogue.Reports.Count - catalogue.Failures.Count(), "plugin")} loaded, {catalogue.Failures.Count()} failed");
    }

    private static void ShowComponents(Screen screen, PluginCatalogue catalogue)
    {
        var table = screen.CreateTable(("contract", false), ("name", false), ("plugin", false), ("summary", false));
        foreach (var component in catalogue.Components.OrderBy(component => component.Contract.Name, StringComparer.Ordinal)
            .ThenBy(component => component.Info.Name, StringComparer.Ordinal))
            table.AddTextRow(component.Contract.Name, component.Info.Name, component.PluginName, component.Info.Summary);
        screen.Output.Write(table);
    }
}
