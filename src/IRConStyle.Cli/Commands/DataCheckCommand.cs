using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Data;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Cli.Commands;

/// <summary>Looks at every image once and names what is wrong.</summary>
internal sealed class DataCheckCommand : Verb
{
    private const int ShownNotes = 20, ShownSizes = 5;

    private readonly DataChoice _choice = new();

    private readonly Option<string?> _json = new("--json") { Description = "Also write everything found to this file.", HelpName = "FILE" };

    public DataCheckCommand()
        : base(
            "check",
            "Reads every image once: unreadable files, pairs of two sizes, images without partner, counts and sizes.",
            "data check datasets/CBSD68 datasets/Rain100L",
            "data check --degraded GoPro/test --clean GoPro/test --option DegradedName={scene}/blur/{frame} --option CleanName={scene}/sharp/{frame}",
            "data check --pipeline derain-nafnet --json derain.json")
    {
        _choice.AddTo(this);
        Add(_json);
    }

    protected override int Run(VerbCall call)
    {
        using var host = call.OpenHost();
        var inspector = host.Services.GetRequiredService<DatasetInspector>();
        var inspection = ImageProgress.Run(
            call.Screen,
            progress => inspector.Run(
                new InspectionRequest(_choice.Read(call.Result)) { Planned = progress.Plan, Done = progress.Step }, call.Stop),
            "looking for images");
        Show(call.Screen, inspection);
        if (call.Result.GetValue(_json) is { } file)
            inspection.WriteJson(file);
        return inspection.Errors > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static void Show(Screen screen, DataInspection inspection)
    {
        var table = screen.CreateTable(
            ("set", false), ("holds", false), ("errors", true), ("passed over", true), ("smallest", true), ("median", true), ("largest", true), ("megapixels", true));
        foreach (var set in inspection.Sets)
            table.AddTextRow(
                set.Name, Holds(set), Figures.Exact(set.Errors), Figures.Exact(set.PassedOver),
                set.Sizes?.Smallest.ToString() ?? "", set.Sizes?.Median.ToString() ?? "", set.Sizes?.Largest.ToString() ?? "",
                set.Sizes is { } sizes ? Figures.Fixed(sizes.Megapixels, 2) : "");
        screen.Output.Write(table);
        foreach (var set in inspection.Sets)
            Describe(screen, set);
    }

    private static string Holds(InspectedData set) => set.Kind switch
    {
        DataKind.Pairs => Figures.Count(set.Count, "pair"),
        DataKind.Clean => Figures.Count(set.Count, "image"),
        _ => "nothing",
    };

    private static void Describe(Screen screen, InspectedData set)
    {
        if (set.Sizes is { } sizes)
            screen.WriteLine($"{set.Name}: {string.Join(", ", sizes.Distribution.Take(ShownSizes).Select(size => $"{Figures.Exact(size.Count)} of {size.Width}×{size.Height}"))}"
                + (sizes.Distribution.Count > ShownSizes ? $", {Figures.Count(sizes.Distribution.Count - ShownSizes, "other size")}" : ""));
        foreach (var reason in set.Notes.Where(note => note.Level == NoteLevel.PassedOver).GroupBy(note => note.Message, StringComparer.Ordinal))
            screen.WriteLine($"{set.Name}: passed over {Figures.Count(reason.Count(), "file")}, the first {reason.First()}");
        Tell(set, NoteLevel.Notice, line => screen.WriteLine($"{set.Name}: {line}"));
        // Why a set could not be opened names it already.
        Tell(set, NoteLevel.Error, line => screen.WriteError(set.Kind == DataKind.Unknown ? line : $"{set.Name}: {line}"));
    }

    private static void Tell(InspectedData set, NoteLevel level, Action<string> write)
    {
        var notes = set.Notes.Where(note => note.Level == level).ToList();
        foreach (var note in notes.Take(ShownNotes))
            write(note.ToString());
        if (notes.Count > ShownNotes)
            write($"{Figures.Exact(notes.Count - ShownNotes)} more; --json lists all.");
    }
}
