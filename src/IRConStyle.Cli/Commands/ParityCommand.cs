using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Parity;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Checks networks, training and losses against golden vectors.</summary>
internal sealed class ParityCommand : Verb
{
    private readonly Argument<string[]> _paths = PathArgument.OneOrMore(
        "path", "Golden-vector files, and folders that are searched with their subfolders.");

    public ParityCommand()
        : base("parity", "Checks networks, training and losses against golden vectors of the authors' code.", "parity tests/golden/arch")
        => Add(_paths);

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var files = ParityRunner.Find(call.Result.GetRequiredValue(_paths));
        var runner = host.Services.GetRequiredService<ParityRunner>();
        var results = files.Select(file =>
        {
            call.Stop.ThrowIfCancellationRequested();
            return runner.Check(file);
        }).ToList();
        Show(call.Screen, results);
        return results.Exists(result => result.Status == ParityStatus.Failed) ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Show(Screen screen, List<ParityFileResult> results)
    {
        var table = screen.CreateTable(
            ("file", false), ("component", false), ("group", false), ("max difference", true), ("tolerance", true), ("result", false));
        foreach (var result in results)
        {
            foreach (var group in result.Groups)
                table.AddTextRow(
                    result.Path, result.Component ?? "", group.Name, Figures.Scientific(group.Difference),
                    Figures.Scientific(group.Tolerance), group.Passed ? "pass" : "FAIL");
            if (result.Status == ParityStatus.Failed && result.Groups.Count == 0)
                table.AddTextRow(result.Path, result.Component ?? "", result.Reason ?? "", "", "", "FAIL");
        }

        if (table.Rows.Count > 0)
            screen.Output.Write(table);
        foreach (var result in results.Where(result => result.Status == ParityStatus.Skipped))
            screen.WriteLine($"skipped {result.Path}: {result.Reason}");
        foreach (var result in results.Where(result => result.NotChecked.Count > 0))
            screen.WriteLine($"not checked in {result.Path}: {Figures.Count(result.NotChecked.Count, "vector")} ({string.Join(", ", result.NotChecked)})");
        screen.WriteLine($"{Count(ParityStatus.Passed)} passed, {Count(ParityStatus.Failed)} failed, {Count(ParityStatus.Skipped)} skipped");

        int Count(ParityStatus status) => results.Count(result => result.Status == status);
    }
}
