using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Benchmarking;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Measures a pipeline on published sets of images.</summary>
internal sealed class BenchmarkCommand : Verb
{
    private readonly Option<string?> _pipeline = PipelineChoice.Pipeline(
        "The pipeline; without it the one the weights file describes, or the default one.");

    private readonly Option<string?> _root = new("--root") { Description = "The folder below which the sets lie.", HelpName = "DIR" };

    private readonly Option<string?> _weights = PipelineChoice.Weights("The weights; without it those the pipeline is configured with.");

    private readonly PartOptions _part = new();

    private readonly Option<string[]> _only = NameListOption.Create(
        "--only", "Benchmarks and tasks, * for any characters, for example cbsd68-25,derain; without it all that are found.");

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Where report.md, report.json, report.csv and the sheets go; without it runs/benchmark-NAME.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _list = new("--list") { Description = "Only show the benchmarks, whether they are found, and how their folders must look." };

    private readonly Option<string?> _device = PipelineChoice.Device();

    public BenchmarkCommand()
        : base(
            "benchmark",
            "Measures a pipeline on published sets of images.",
            "benchmark --pipeline denoise --root sets --only cbsd68-25,kodak24-*",
            "benchmark --root sets --list")
    {
        Add(_root);
        Add(_pipeline);
        Add(_weights);
        _part.AddTo(this);
        Add(_only);
        Add(_output);
        Add(_list);
        Add(_device);
        Validators.Add(RequireRoot);
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        if (call.Result.GetValue(_list))
            return List(call, host.Services.GetRequiredService<BenchmarkCatalogue>());

        var runner = host.Services.GetRequiredService<BenchmarkRunner>();
        var result = ImageProgress.Run(call.Screen, progress => runner.Run(
            new BenchmarkRequest(call.Result.GetRequiredValue(_root)!)
            {
                Only = call.Result.GetValue(_only) ?? [],
                Output = call.Result.GetValue(_output),
                Pipeline = call.Result.GetValue(_pipeline),
                Weights = call.Result.GetValue(_weights),
                Part = _part.Read(call.Result),
                Device = call.Result.GetValue(_device),
                Planned = progress.Plan,
                Started = benchmark => progress.Begin(benchmark.Name),
                Done = _ => progress.Step(),
            },
            call.Stop));
        Show(call.Screen, result);
        call.Stop.ThrowIfCancellationRequested();
        return result.IsComplete ? ExitCode.Success : ExitCode.Failure;
    }

    private int List(VerbCall call, BenchmarkCatalogue catalogue)
    {
        var table = call.Screen.CreateTable(("name", false), ("task", false), ("images", true), ("found", false), ("folder", false));
        foreach (var benchmark in catalogue.Select(call.Result.GetValue(_only) ?? []).Select(name => catalogue.Locate(name, call.Result.GetValue(_root))))
            table.AddTextRow(
                benchmark.Name, benchmark.Options.Task, benchmark.Options.Images > 0 ? Figures.Exact(benchmark.Options.Images) : "",
                benchmark.Folder is not null ? "yes" : "no", benchmark.Folder ?? benchmark.Problem ?? benchmark.Expected);
        call.Screen.Output.Write(table);
        return ExitCode.Success;
    }

    private static void Show(Screen screen, BenchmarkResult result)
    {
        var report = BenchmarkTable.Of(result.Outcomes);
        var table = screen.CreateTable(report.Headings.Select((heading, column) => (heading, column > 0)));
        foreach (var row in report.Rows)
            table.AddTextRow(row);
        if (report.Rows.Count > 0)
            screen.Output.Write(table);
        foreach (var (protocol, index) in report.Protocols.Select((protocol, index) => (protocol, index)))
            screen.WriteLine($"protocol {index + 1}: {protocol}");
        foreach (var outcome in result.Outcomes)
            ShowUnmeasured(screen, outcome);
        screen.WriteLine($"reports in {result.OutputDirectory}");
    }

    private static void ShowUnmeasured(Screen screen, BenchmarkOutcome outcome)
    {
        var name = outcome.Benchmark.Name;
        switch (outcome.Status)
        {
            case BenchmarkStatus.Failed:
                screen.WriteError($"{name}: {outcome.Reason}");
                break;
            case BenchmarkStatus.Missing when outcome.IsRequired:
                screen.WriteError($"{name} is missing; its folder would be {outcome.Benchmark.Expected}.");
                break;
            case BenchmarkStatus.Missing:
                screen.WriteLine($"missing {name}: its folder would be {outcome.Benchmark.Expected}");
                break;
            case BenchmarkStatus.NotMeasured:
                screen.WriteLine($"not measured: {name}");
                break;
        }
    }

    private void RequireRoot(CommandResult result)
    {
        if (result.GetResult(_root) is null && !result.GetValue(_list))
            result.AddError("--root DIR is needed: the folder below which the sets lie.");
    }
}
