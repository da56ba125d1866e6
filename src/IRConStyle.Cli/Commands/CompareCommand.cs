using System.CommandLine;
using IRConStyle.Cli.Terminal;
using IRConStyle.Evaluation.Comparison;
using IRConStyle.Framework.Files;

namespace IRConStyle.Cli.Commands;

/// <summary>Compares measurements image by image.</summary>
internal sealed class CompareCommand : Verb
{
    private const string PictureExtension = ".png";

    private readonly Argument<string[]> _reports = PathArgument.OneOrMore(
        "reports", "Two or more files that evaluate --json or benchmark wrote; the first is the baseline of all others.");

    private readonly Option<bool> _common = new("--common") { Description = "Leave out images that only one of two files has; without it they are an error." };

    private readonly Option<string[]> _metrics = NameListOption.Create(
        "--metrics", "What to compare, for example psnr,ssim; without it every metric that both files have.");

    private readonly Option<bool> _perImage = new("--per-image") { Description = "Also show each image, in the table and in --markdown." };

    private readonly Option<string?> _markdown = new("--markdown") { Description = "Also write the tables as Markdown.", HelpName = "FILE" };

    private readonly Option<string?> _json = new("--json") { Description = "Also write everything, each image included, as JSON.", HelpName = "FILE" };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Also draw each set's gains and values in its first metric (.png).",
        HelpName = "FILE",
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Decides what bootstrap and test draw.", HelpName = "N", DefaultValueFactory = _ => 0 };

    public CompareCommand()
        : base(
            "compare",
            "Compares measurements image by image, with confidence intervals and a paired test.",
            "compare nafnet.json constyle-nafnet.json --output comparison.png",
            "compare nafnet.json tiny.json large.json --metrics psnr,ms-ssim --markdown comparison.md")
    {
        Add(_reports);
        Add(_metrics);
        Add(_common);
        Add(_perImage);
        Add(_markdown);
        Add(_json);
        Add(_output);
        Add(_seed);
        Validators.Add(result =>
        {
            if (result.GetValue(_reports) is [var only])
                result.AddError($"{only} alone cannot be compared; name two or more files.");
            if (result.GetValue(_output) is { } output && !string.Equals(Path.GetExtension(output), PictureExtension, StringComparison.OrdinalIgnoreCase))
                result.AddError($"--output {output}: the picture is a PNG file; give it the extension {PictureExtension}.");
        });
    }

    protected override int Run(VerbCall call)
    {
        var perImage = call.Result.GetValue(_perImage);
        var report = MeasurementComparer.Compare(
            NamedReport.Read(call.Result.GetRequiredValue(_reports)),
            new MeasurementComparisonOptions
            {
                CommonImagesOnly = call.Result.GetValue(_common),
                Metrics = call.Result.GetValue(_metrics) ?? [],
                Seed = call.Result.GetValue(_seed),
            });
        foreach (var comparison in report.Comparisons)
            Show(call.Screen, comparison, perImage);
        call.Screen.WriteNote(ComparisonTable.Legend);
        if (call.Result.GetValue(_markdown) is { } markdown)
            ComparisonTable.WriteMarkdown(report, markdown, perImage);
        if (call.Result.GetValue(_json) is { } json)
            report.WriteJson(json);
        if (call.Result.GetValue(_output) is { } output)
            AtomicFile.Write(output, stream => stream.Write(ComparisonPicture.Draw(report)));
        return ExitCode.Success;
    }

    private static void Show(Screen screen, ReportComparison comparison, bool perImage)
    {
        if (perImage)
            Show(screen, ComparisonTable.ImageHeadings(comparison), ComparisonTable.ImageRows(comparison));
        Show(screen, ComparisonTable.Headings(comparison), ComparisonTable.Rows(comparison));
        foreach (var remark in ComparisonTable.Remarks(comparison))
            screen.WriteLine(remark);
    }

    private static void Show(Screen screen, IEnumerable<(string Heading, bool IsNumber)> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = screen.CreateTable(headings);
        foreach (var row in rows)
            table.AddTextRow(row);
        screen.Output.Write(table);
    }
}
