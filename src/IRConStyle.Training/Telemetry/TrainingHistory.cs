using IRConStyle.Abstractions;

namespace IRConStyle.Training.Telemetry;

/// <summary>A value after an iteration.</summary>
/// <param name="Iteration">The iteration.</param>
/// <param name="Value">The value.</param>
public readonly record struct HistoryPoint(int Iteration, double Value);

/// <summary>What a run has measured so far, as series over its iterations.</summary>
/// <param name="name">What the run is called in pictures.</param>
public sealed class TrainingHistory(string name)
{
    private readonly List<HistoryPoint> _loss = [];
    private readonly List<HistoryPoint> _learningRate = [];
    private readonly SortedDictionary<string, List<HistoryPoint>> _losses = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<HistoryPoint>> _validation = new(StringComparer.Ordinal);
    private readonly List<int> _best = [];

    /// <summary>What the run is called in pictures.</summary>
    public string Name => name;

    /// <summary>The weighted sum of the losses.</summary>
    public IReadOnlyList<HistoryPoint> Loss => _loss;

    /// <summary>The learning rate.</summary>
    public IReadOnlyList<HistoryPoint> LearningRate => _learningRate;

    /// <summary>The names of the losses.</summary>
    public IReadOnlyCollection<string> LossNames => _losses.Keys;

    /// <summary>The names of validation's metrics.</summary>
    public IReadOnlyCollection<string> Metrics => _validation.Keys;

    /// <summary>The iteration of the best validation; null before the first.</summary>
    public int? BestIteration => _best.Count > 0 ? _best[^1] : null;

    /// <summary>Reads a run's history.</summary>
    /// <param name="path">A run's folder, or its metrics file.</param>
    /// <param name="lastIteration">What lies beyond is left out.</param>
    /// <exception cref="IRConStyleException">There is no such file, or nothing in it is a metrics line.</exception>
    public static TrainingHistory Read(string path, int lastIteration = int.MaxValue)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Read(path, NameOf(FolderOf(path)), lastIteration);
    }

    /// <summary>Reads the histories of several runs, each under a name that no other has: as much of the folder's path as that takes.</summary>
    /// <param name="paths">See <see cref="Read(string, int)"/>; a run that is given twice is read once.</param>
    /// <exception cref="IRConStyleException">There is no such file, or nothing in it is a metrics line.</exception>
    public static IReadOnlyList<TrainingHistory> ReadAll(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] distinct = [.. paths.DistinctBy(FolderOf, StringComparer.Ordinal)];
        string[][] parts = [.. distinct.Select(path => FolderOf(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        return [.. distinct.Zip(parts, (path, own) => Read(path, Shortest(own, parts), int.MaxValue))];
    }

    private static TrainingHistory Read(string path, string name, int lastIteration)
    {
        var history = new TrainingHistory(name);
        foreach (var line in MetricsFile.Read(path))
            if (line.Iteration <= lastIteration)
                history.Add(line);
        return history;
    }

    private static string FolderOf(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.TrimEndingDirectorySeparator(Directory.Exists(full) ? full : Path.GetDirectoryName(full)!);
    }

    /// <summary>The end of a path, as long as it takes to be the end of no other.</summary>
    private static string Shortest(string[] own, string[][] all)
    {
        var length = 1;
        while (length < own.Length && all.Count(other => other.TakeLast(length).SequenceEqual(own.TakeLast(length), StringComparer.Ordinal)) > 1)
            length++;
        return string.Join('/', own.TakeLast(length));
    }

    /// <summary>What a run is called by its folder.</summary>
    internal static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>An unweighted loss by name; empty when there is none of that name.</summary>
    public IReadOnlyList<HistoryPoint> LossOf(string loss) => _losses.GetValueOrDefault(loss) ?? [];

    /// <summary>Validation's means of a metric; empty when there is none of that name.</summary>
    public IReadOnlyList<HistoryPoint> ValidationOf(string metric) => _validation.GetValueOrDefault(metric) ?? [];

    /// <summary>Adds what a line tells. A report of an iteration that was reported already means that the run was rolled back.</summary>
    public void Add(MetricsLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var at = line.Iteration;
        if (line.Kind == MetricsKind.Report && _loss.Count > 0 && at <= _loss[^1].Iteration)
            CutFrom(at);
        if (line.Loss is { } loss)
            _loss.Add(new(at, loss));
        if (line.LearningRate is { } rate)
            _learningRate.Add(new(at, rate));
        Add(_losses, line.Losses, at);
        Add(_validation, line.Validation, at);
        if (line.IsBest == true)
            _best.Add(at);
    }

    private static void Add(SortedDictionary<string, List<HistoryPoint>> series, IReadOnlyDictionary<string, double>? values, int at)
    {
        foreach (var (key, value) in values ?? new Dictionary<string, double>())
        {
            if (!series.TryGetValue(key, out var points))
                series[key] = points = [];
            points.Add(new(at, value));
        }
    }

    private void CutFrom(int iteration)
    {
        foreach (var points in _losses.Values.Concat(_validation.Values).Append(_loss).Append(_learningRate))
            points.RemoveAll(point => point.Iteration >= iteration);
        _best.RemoveAll(best => best >= iteration);
    }
}
