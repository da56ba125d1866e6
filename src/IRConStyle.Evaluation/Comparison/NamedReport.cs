using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Reports;

namespace IRConStyle.Evaluation.Comparison;

/// <summary>A measurement under the name it has in a comparison.</summary>
/// <param name="Name">What it is called: its pipeline, or its file where pipelines are the same.</param>
/// <param name="Report">What was measured.</param>
public sealed record NamedReport(string Name, MeasurementReport Report)
{
    /// <summary>Reads measurements and names them so that they can be told apart.</summary>
    /// <param name="paths">Files that <see cref="MeasurementReport.WriteJson"/> wrote.</param>
    /// <exception cref="IRConStyleException">A file is missing, unreadable or no measurement.</exception>
    public static IReadOnlyList<NamedReport> Read(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var reports = paths.Select(MeasurementReport.ReadJson).ToList();
        IEnumerable<IReadOnlyList<string>> namings =
            [[.. reports.Select(report => report.Pipeline)], [.. paths.Select(path => Path.GetFileNameWithoutExtension(path))], paths];
        // The same file given twice keeps its name: a comparison with itself shows no difference, as it should.
        var names = namings.FirstOrDefault(naming => naming.Distinct(StringComparer.Ordinal).Count() == naming.Count, paths);
        return [.. reports.Zip(names, (report, name) => new NamedReport(name, report))];
    }
}
