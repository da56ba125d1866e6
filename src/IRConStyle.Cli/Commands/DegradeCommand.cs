using System.CommandLine;
using System.CommandLine.Parsing;
using IRConStyle.Abstractions;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Data;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Makes degraded images from clean ones.</summary>
internal sealed class DegradeCommand : Verb
{
    private readonly Argument<string> _input = PathArgument.One("folder|image", "The folder of clean images; for --gallery an image.");

    private readonly Option<string?> _output = new("--output", "-o") { Description = "The folder that receives degraded/ and clean/.", HelpName = "DIR" };

    private readonly Option<string[]> _as = NameListOption.Create(
        "--as", "The degradation: a plugin's, or one of IRConStyle:Degradations; several, or none, for --gallery.");

    private readonly Option<ulong> _seed = new("--seed") { Description = "The same seed gives the same images; without it 0.", HelpName = "N" };

    private readonly Option<bool> _sameSeed = new("--same-seed") { Description = "Give every image the same draw, as noise benchmarks do, instead of one of its own." };

    private readonly Option<string?> _gallery = new("--gallery")
    {
        Description = "Instead of pairs: draw the image under each degradation, or those of --as, into this picture.",
        HelpName = "FILE",
    };

    public DegradeCommand()
        : base(
            "degrade",
            "Makes pairs of degraded and clean images from clean ones.",
            "degrade photos -o pairs --as rain-heavy --seed 1",
            "degrade photo.png --gallery degradations.png",
            "degrade photos -o pairs --as mine --set Degradations:mine:Name=haze --set Degradations:mine:Options:ScatteringMin=1")
    {
        Add(_input);
        Add(_output);
        Add(_as);
        Add(_seed);
        Add(_sameSeed);
        Add(_gallery);
        Validators.Add(Check);
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        return call.Result.GetValue(_gallery) is { } picture ? DrawGallery(call, host.Services, picture) : WritePairs(call, host.Services);
    }

    private int WritePairs(VerbCall call, IServiceProvider services)
    {
        var request = new DegradeRequest(
            call.Result.GetRequiredValue(_input), call.Result.GetValue(_output)!, call.Result.GetValue(_as)![0])
        {
            Seed = call.Result.GetValue(_seed),
            SameSeed = call.Result.GetValue(_sameSeed),
        };
        var written = ImageProgress.Run(call.Screen, progress => services.GetRequiredService<DegradedPairs>().Write(
            request with { Planned = progress.Plan, Done = _ => progress.Step() }, call.Stop));
        call.Screen.WriteLine($"{Figures.Count(written, "pair")} in {request.OutputDirectory}");
        return ExitCode.Success;
    }

    private int DrawGallery(VerbCall call, IServiceProvider services, string picture)
    {
        var codec = services.GetRequiredService<IImageCodec>();
        var gallery = services.GetRequiredService<DegradationGallery>();
        var names = call.Result.GetValue(_as) is { Length: > 0 } given ? given : gallery.Names;
        var input = call.Result.GetRequiredValue(_input);
        if (FileIdentity.AreSame(picture, input))
            throw new IRConStyleException($"{picture} is the input and would be overwritten.", "Give --gallery another file.");
        codec.Write(picture, gallery.Draw(codec.Read(input), names, call.Result.GetValue(_seed)));
        call.Screen.WriteLine($"{Figures.Count(names.Count, "degradation")} in {picture}");
        return ExitCode.Success;
    }

    private void Check(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is not null;
        if (Has(_output) == Has(_gallery))
            result.AddError("Exactly one of --output DIR and --gallery FILE is needed.");
        else if (Has(_output) && result.GetValue(_as) is not { Length: 1 })
            result.AddError("--output needs one degradation: --as NAME.");
        if (Has(_gallery) && Has(_sameSeed))
            result.AddError("--same-seed belongs to --output.");
    }
}
