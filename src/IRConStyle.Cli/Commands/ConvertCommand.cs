using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Framework.Checkpoints;

namespace IRConStyle.Cli.Commands;

/// <summary>Converts checkpoints between formats.</summary>
internal sealed class ConvertCommand : Verb
{
    private readonly Argument<string> _input = PathArgument.One("input", "A checkpoint: safetensors, or what torch.save wrote (.pth, .pt).");

    private readonly Argument<string> _output = PathArgument.One(
        "output", "The file to make; its extension, .safetensors, .pth or .pt, says the format.");

    private readonly PartOptions _part = new();

    private readonly Option<string?> _wrap = new("--wrap")
    {
        Description = "The key to put the weights under in a PyTorch file, with the metadata beside it; without it they are a bare state dictionary.",
        HelpName = "KEY",
    };

    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };

    public ConvertCommand()
        : base(
            "convert",
            "Converts weights between PyTorch and safetensors files.",
            "convert net_g_latest.pth net.safetensors",
            "convert net_g_latest.pth net.safetensors --section params",
            "convert runs/denoise/weights.safetensors net.pth --wrap params")
    {
        Add(_input);
        Add(_output);
        _part.AddTo(this);
        Add(_wrap);
        Add(_force);
    }

    protected override int Run(VerbCall call)
    {
        var output = call.Result.GetRequiredValue(_output);
        var result = CheckpointConverter.Convert(
            new ConvertRequest(call.Result.GetRequiredValue(_input), output)
            {
                Part = _part.Read(call.Result),
                Wrap = call.Result.GetValue(_wrap),
                Replace = call.Result.GetValue(_force),
            },
            call.Stop);
        var from = result.Section.Length == 0 ? result.Format : $"{result.Format}, section {result.Section}";
        call.Screen.WriteLine($"{Figures.Count(result.Tensors, "tensor")}, {Figures.ExactAndShort(result.Elements)} values ({from}) → {output}");
        return ExitCode.Success;
    }
}
