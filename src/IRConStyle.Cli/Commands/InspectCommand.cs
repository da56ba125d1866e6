using System.CommandLine.Parsing;
using System.CommandLine;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Networks;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Shows size and cost of a pipeline's networks, or what a checkpoint holds.</summary>
internal sealed class InspectCommand : Verb
{
    private readonly Argument<string?> _file = PathArgument.Optional(
        "file", "A checkpoint (.safetensors, .pth, .pt, .ckpt) to recognise and to list instead.");

    private readonly PartOptions _part = new();

    private readonly Option<string?> _pipeline = PipelineChoice.Pipeline("The pipeline; without it the default one.");

    private readonly Option<(int Height, int Width)> _size = new("--size")
    {
        Description = "Height and width of the image that multiply-accumulates are counted for.",
        HelpName = "HxW",
        CustomParser = ParseSize,
        DefaultValueFactory = _ => (128, 128),
    };

    public InspectCommand()
        : base(
            "inspect",
            "Counts parameters and multiply-accumulates of a pipeline's networks, or tells what a checkpoint is of and lists its contents.",
            "inspect --pipeline denoise --size 256x256",
            "inspect net_g_latest.pth --section params")
    {
        Add(_file);
        _part.AddTo(this);
        Add(_pipeline);
        Add(_size);
        Validators.Add(result =>
        {
            if (result.GetResult(_file) is { Tokens.Count: > 0 } && (result.GetResult(_pipeline) ?? (SymbolResult?)Explicit(result.GetResult(_size))) is not null)
                result.AddError("A checkpoint is listed as it is: --pipeline and --size do not go with a file.");
        });
    }

    private static OptionResult? Explicit(OptionResult? result) => result is { Implicit: false } ? result : null;

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        if (call.Result.GetValue(_file) is { } file)
        {
            var part = _part.Read(call.Result);
            using var reader = CheckpointFile.Open(file, part);
            CheckpointTable.Show(call.Screen, reader, Identify(host.Services.GetRequiredService<CheckpointIdentifier>(), reader, part, call.Screen));
            return ExitCode.Success;
        }

        var pipeline = call.Result.GetValue(_pipeline) ?? host.Services.GetRequiredService<IPipelineFactory>().DefaultName;
        var (height, width) = call.Result.GetValue(_size);
        Show(call.Screen, host.Services.GetRequiredService<NetworkInspector>().Inspect(pipeline, height, width));
        return ExitCode.Success;
    }

    // A file whose description is broken is listed all the same.
    private static CheckpointIdentity? Identify(CheckpointIdentifier identifier, CheckpointPart reader, PartChoice? part, Screen screen)
    {
        try
        {
            return identifier.Identify(reader.Whole, part);
        }
        catch (IRConStyleException exception)
        {
            screen.WriteWarning(exception.Message);
            return null;
        }
    }

    private static void Show(Screen screen, NetworkInspection inspection)
    {
        screen.WriteLine($"{inspection.Pipeline}, for an image of height {inspection.Height} and width {inspection.Width}");
        var table = screen.CreateTable(("network", false), ("part", false), ("parameters", true), ("multiply-accumulates", true));
        foreach (var network in inspection.Parts.GroupBy(part => part.Network))
        {
            foreach (var part in network)
                table.AddTextRow(part.Network, part.Name, Figures.Exact(part.Parameters), Figures.Exact(part.MultiplyAccumulates));
            AddTotal(table, network.Key, network.Sum(part => part.Parameters), network.Sum(part => part.MultiplyAccumulates));
        }

        AddTotal(table, "all", inspection.Parameters, inspection.MultiplyAccumulates);
        screen.Output.Write(table);
    }

    private static void AddTotal(Spectre.Console.Table table, string network, long parameters, long multiplyAccumulates)
        => table.AddStrongRow(network, "total", Figures.ExactAndShort(parameters), Figures.ExactAndShort(multiplyAccumulates));

    private static (int Height, int Width) ParseSize(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text.Split('x', 'X') is [var height, var width] && Number(height) is { } rows && Number(width) is { } columns)
            return (rows, columns);
        result.AddError($"--size {text}: HxW is expected, two numbers from 1 to 16384, for example 256x384.");
        return default;
    }

    private static int? Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 16384 ? number : null;
}
