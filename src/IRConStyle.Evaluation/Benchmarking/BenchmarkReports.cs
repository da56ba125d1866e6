using System.Globalization;
using System.Text;
using CsvHelper;
using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;
using IRConStyle.Framework.Scoring;

namespace IRConStyle.Evaluation.Benchmarking;

/// <summary>
/// Writes what benchmarks leave in a folder: <c>report.json</c> (<see cref="MeasurementReport"/>), <c>report.md</c> for
/// people, <c>report.csv</c> with a row for each image, and a sheet <c>&lt;set&gt;.png</c> for each set.
/// </summary>
/// <param name="codec">Writes the sheets.</param>
public sealed class BenchmarkReports(IImageCodec codec)
{
    /// <summary>The report in the format of all measurements.</summary>
    public const string JsonName = "report.json";

    /// <summary>The report as a document.</summary>
    public const string MarkdownName = "report.md";

    /// <summary>The figures of each image.</summary>
    public const string CsvName = "report.csv";

    /// <summary>The folder, beside a report, that keeps earlier ones by the time they were written.</summary>
    public const string EarlierFolder = "earlier";

    /// <summary>Moves the files of an earlier report aside; whatever else lies in the folder stays.</summary>
    /// <param name="directory">Where the reports will go.</param>
    /// <exception cref="IRConStyleException">The folder holds another program's <c>report.json</c>, or is not writable.</exception>
    internal static void Begin(string directory)
    {
        var report = Path.Combine(directory, JsonName);
        if (!File.Exists(report))
            return;
        var sheets = MeasurementReport.ReadJson(report).Sets.Select(set => SheetName(set.Name));
        EarlierFiles.KeepTogether(
            [report, .. new[] { MarkdownName, CsvName }.Concat(sheets).Select(name => Path.Combine(directory, name))], Path.Combine(directory, EarlierFolder));
    }

    /// <summary>Writes the three reports.</summary>
    /// <param name="result">What was measured.</param>
    /// <exception cref="IRConStyleException">The folder is not writable.</exception>
    public static void Write(BenchmarkResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        result.Report.WriteJson(Path.Combine(result.OutputDirectory, JsonName));
        AtomicFile.Write(Path.Combine(result.OutputDirectory, MarkdownName), stream => stream.Write(Encoding.UTF8.GetBytes(BenchmarkDocument.Write(result))));
        AtomicFile.Write(Path.Combine(result.OutputDirectory, CsvName), stream => WriteCsv(stream, result.Report));
    }

    /// <summary>Draws and writes the sheet of a set.</summary>
    internal void WriteSheet(string directory, SetMeasurer measurer, SetToMeasure set, MeasuredSet measured)
        => codec.Write(Path.Combine(directory, SheetName(set.Name)), BenchmarkSheet.Draw(measurer, set, measured));

    /// <summary>The file name of a set's sheet.</summary>
    internal static string SheetName(string set) => $"{set}.png";

    private static void WriteCsv(Stream stream, MeasurementReport report)
    {
        var metrics = report.Sets.SelectMany(set => set.Metrics).Select(metric => metric.Name).Distinct(StringComparer.Ordinal).ToList();
        using var writer = new StreamWriter(stream, leaveOpen: true);
        using var csv = new CsvWriter(writer, CultureInfo.InvariantCulture);
        Row(["set", "image", "width", "height", "seconds", .. metrics, .. metrics.Select(metric => $"{metric} input")]);
        foreach (var set in report.Sets)
            foreach (var image in set.Images)
                Row(
                [
                    set.Name, image.Name, image.Width, image.Height, image.Seconds,
                    .. metrics.Select(metric => Value(image.Values, metric)), .. metrics.Select(metric => Value(image.Input, metric)),
                ]);

        void Row(IEnumerable<object?> fields)
        {
            foreach (var field in fields)
                csv.WriteField(field);
            csv.NextRecord();
        }
    }

    private static object? Value(IReadOnlyDictionary<string, double> values, string metric)
        => values.TryGetValue(metric, out var value) ? value : null;
}
