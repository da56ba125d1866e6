using System.CommandLine;
using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Data;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Draws images, or what training sees of them, on a contact sheet.</summary>
internal sealed class DataShowCommand : Verb
{
    private const int MostShown = 1000, LargestPatch = 4096;

    private readonly DataChoice _choice = new();

    private readonly Option<string> _output = new("--output", "-o") { Description = "The sheet (.png).", HelpName = "FILE", DefaultValueFactory = _ => "data.png" };

    private readonly Option<int> _count = new("--count") { Description = "How many images of each set, evenly spread over it.", HelpName = "N", DefaultValueFactory = _ => 24 };

    private readonly Option<string?> _as = new("--as") { Description = "Shows clean images beside what this degradation makes of them.", HelpName = "NAME" };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Decides patches and degradations.", HelpName = "N", DefaultValueFactory = _ => 0 };

    private readonly Option<int?> _patches = new("--patches") { Description = "Shows random patches of this side, turned as for training, instead of whole images.", HelpName = "SIZE" };

    public DataShowCommand()
        : base(
            "show",
            "Draws a contact sheet of images, or of what training sees of them.",
            "data show datasets/Rain100L --output sheet.png",
            "data show photos --as gaussian-noise --seed 1 --patches 128",
            "data show --pipeline denoise-nafnet-tiny --patches 64")
    {
        _choice.AddTo(this);
        foreach (var option in new Option[] { _output, _count, _as, _seed, _patches })
            Add(option);
        _output.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !string.Equals(Path.GetExtension(token.Value), ".png", StringComparison.OrdinalIgnoreCase))
                result.AddError($"--output {token.Value}: the sheet is a PNG file; give it the extension .png.");
        });
        Bound(_count, MostShown);
        Bound(_patches, LargestPatch);
    }

    private static void Bound(Option option, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && (number < 1 || number > most))
            result.AddError($"{option.Name} {number}: a number from 1 to {most} is expected.");
    });

    /// <summary>A sheet may be drawn anew, but not over one of the images it shows.</summary>
    private void RefuseOverwriting(VerbCall call)
    {
        var (output, selection) = (call.Result.GetRequiredValue(_output), _choice.Read(call.Result));
        foreach (var folder in selection.Folders.Append(selection.Degraded).Append(selection.Clean).OfType<string>())
            if (File.Exists(output) && FileIdentity.IsWithin(output, folder))
                throw new IRConStyleException($"{output} lies among the images of {folder} and would be overwritten.", "Choose another --output, or remove it.");
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        RefuseOverwriting(call);
        var sheets = host.Services.GetRequiredService<DataSheet>();
        var sheet = ImageProgress.Run(
            call.Screen,
            progress => sheets.Draw(
                new DataSheetRequest(_choice.Read(call.Result))
                {
                    Count = call.Result.GetValue(_count),
                    Degradation = call.Result.GetValue(_as),
                    Seed = call.Result.GetValue(_seed),
                    PatchSize = call.Result.GetValue(_patches),
                    Planned = progress.Plan,
                    Done = progress.Step,
                },
                call.Stop),
            "looking for images");
        foreach (var problem in sheet.Problems)
            call.Screen.WriteException(problem, GlobalOptions.IsVerbose(call.Result));
        if (sheet.Image is not null)
        {
            var output = call.Result.GetRequiredValue(_output);
            host.Services.GetRequiredService<IImageCodec>().Write(output, sheet.Image);
            call.Screen.WriteLine($"{Figures.Count(sheet.Shown, "image")} in {output}");
        }

        return sheet.Problems.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }
}
