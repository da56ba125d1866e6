using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Checks what plugins bring against the contracts.</summary>
internal sealed class PluginsTestCommand : Verb
{
    private readonly Argument<string?> _directory = PathArgument.Optional(
        "DIR", "A plugin's build output, or a directory whose sub-folders are plugins; without it, all plugins of the program.");

    public PluginsTestCommand()
        : base(
            "test", "Checks every component of plugins against its contract: sizes, batches, gradients, weights, memory, threads.",
            "plugins test my-plugin/bin/Release/net10.0", "plugins test")
        => Add(_directory);

    protected override int Run(VerbCall call)
    {
        var directory = call.Result.GetValue(_directory) is { } path ? Path.GetFullPath(path) : null;
        using var host = call.OpenHost(directory is null ? [] : [directory]);
        var tester = host.Services.GetRequiredService<PluginTester>();
        var results = ImageProgress.Run(
            call.Screen,
            progress => tester.Run(new PluginTestRequest { Directory = directory, Planned = progress.Plan, Done = progress.Step }, call.Stop),
            "building the components",
            "check");
        Show(call.Screen, results);
        return results.Any(result => result.Failures.Count > 0) ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Show(Screen screen, IReadOnlyList<PluginTestResult> results)
    {
        var table = screen.CreateTable(("plugin", false), ("contract", false), ("component", false), ("passed", true), ("failed", true), ("reason and remedy", false));
        foreach (var result in results)
        {
            table.AddTextRow(Row(result, Figures.Exact(result.Passed), Figures.Exact(result.Failures.Count), Reasons(result).FirstOrDefault("")));
            foreach (var reason in Reasons(result).Skip(1))
                table.AddTextRow("", "", "", "", "", reason);
        }

        screen.Output.Write(table);
        screen.WriteLine($"{Figures.Count(results.Sum(result => result.Passed), "check")} passed, {Figures.Exact(results.Sum(result => result.Failures.Count))} failed"
            + (results.Count(result => result.NotChecked.Count > 0) is var left and > 0 ? $", {Figures.Count(left, "component")} not checked" : ""));
    }

    private static string[] Row(PluginTestResult result, params string[] figures) =>
    [
        result.Plugin.Info?.Name ?? Path.GetFileName(result.Plugin.Folder) ?? "",
        result.Component?.Contract.Name ?? "",
        result.Component?.Info.Name ?? "",
        .. figures,
    ];

    private static IEnumerable<string> Reasons(PluginTestResult result)
        => result.Failures.Select(failure => $"{failure.Check}: {failure.Reason}. {failure.Remedy}".TrimEnd())
            .Concat(result.NotChecked.Select(reason => $"not checked: {reason}"));
}
