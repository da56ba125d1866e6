using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>Something that is timed in turns with others.</summary>
/// <param name="name">What is printed.</param>
/// <param name="threads">Threads of libtorch.</param>
/// <param name="operations">Operations of one run; 0 where they say nothing.</param>
/// <param name="run">One run.</param>
internal sealed class LimitCase(string name, int threads, double operations, Action run)
{
    private readonly List<double> _seconds = [];

    public string Name => name;

    public int Threads => threads;

    /// <summary>Whether the fastest of these is what the machine can do.</summary>
    public bool IsLimit { get; init; }

    /// <summary>Bytes moved by one run; 0 for what computes.</summary>
    public double Bytes { get; init; }

    /// <summary>Pixels of one run; 0 for what is no network.</summary>
    public double Megapixels { get; init; }

    /// <summary>Measures the peak of memory in MB in a process of its own; null where none is asked for.</summary>
    public Func<double>? PeakOf { get; init; }

    public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

    public double Gflops => operations / Median / 1e9;

    /// <summary>One run that does not count.</summary>
    /// <returns>Its seconds.</returns>
    public double WarmUp()
    {
        if (get_num_threads() != threads)
            set_num_threads(threads);
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>One run that counts.</summary>
    public void Measure() => _seconds.Add(WarmUp());

    public LimitResult Result(double limit) => new(
        Bytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"{name}: {Bytes / Median / 1e9:F1} GB/s") : name,
        threads, Median, operations > 0 ? Gflops : null, operations > 0 ? Gflops / limit : null,
        Megapixels > 0 ? Megapixels / Median : null, PeakOf?.Invoke());
}

/// <summary>One line of the result; null where a figure makes no sense.</summary>
internal sealed record LimitResult(
    string Name, int Threads, double Seconds, double? Gflops, double? Share, double? MegapixelsPerSecond, double? PeakMegabytes);
