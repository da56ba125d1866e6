using IRConStyle.Abstractions;
using IRConStyle.Framework.Files;

namespace IRConStyle.Training.Telemetry;

/// <summary>The file <c>metrics.jsonl</c> of a run: one <see cref="MetricsLine"/> per line, in the order of the iterations.</summary>
public static class MetricsFile
{
    /// <summary>The file's name in the output directory of a run.</summary>
    public const string Name = "metrics.jsonl";

    /// <summary>Reads what a run has written so far; a run may be writing at the same time.</summary>
    /// <param name="path">A run's folder, or its metrics file.</param>
    /// <returns>The lines; one that a power failure tore is left out.</returns>
    /// <exception cref="IRConStyleException">There is no such file, or nothing in it is a metrics line.</exception>
    public static IReadOnlyList<MetricsLine> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = Directory.Exists(path) ? Path.Combine(path, Name) : path;
        try
        {
            var lines = Lines(file).Select(line => line.Line).ToList();
            return lines.Count > 0
                ? lines
                : throw new IRConStyleException($"{file} holds no metrics of a training run.", $"Name a run's folder, or its {Name}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IRConStyleException($"{file} cannot be read: {exception.Message}", $"Name the folder of a run that has a {Name}.", exception);
        }
    }

    /// <summary>Removes everything after an iteration: it will be written again.</summary>
    internal static void Cut(string file, int lastIteration)
    {
        var kept = Lines(file).Where(line => line.Line.Iteration <= lastIteration).Select(line => line.Text).ToList();
        AtomicFile.Write(file, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var text in kept)
                writer.WriteLine(text);
        });
    }

    private static IEnumerable<(string Text, MetricsLine Line)> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } text)
            if (MetricsLine.Parse(text) is { } line)
                yield return (text, line);
    }
}
