using System.Globalization;

namespace IRConStyle.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    /// <summary>1234567 as <c>1,234,567</c>.</summary>
    public static string Exact(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1234567 as <c>1,234,567 (1.23 M)</c>.</summary>
    public static string ExactAndShort(long value) => value switch
    {
        >= 1_000_000_000 => $"{Exact(value)} ({Fixed(value / 1e9, 2)} G)",
        >= 1_000_000 => $"{Exact(value)} ({Fixed(value / 1e6, 2)} M)",
        _ => Exact(value),
    };

    /// <summary>A number with a fixed count of decimals; infinity as <c>inf</c>.</summary>
    public static string Fixed(double value, int decimals) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ => value.ToString($"F{decimals}", CultureInfo.InvariantCulture),
    };

    /// <summary>A small number as <c>1.2e-06</c>.</summary>
    public static string Scientific(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);

    /// <summary>How long something took: <c>0.42 s</c>, from a minute up <c>0:01:05</c>.</summary>
    public static string Took(TimeSpan time) => time.TotalSeconds < 60 ? $"{Fixed(time.TotalSeconds, 2)} s" : Clock(time);

    /// <summary>Hours, minutes and seconds: <c>27:04:09</c>.</summary>
    public static string Clock(TimeSpan time)
        => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}");

    /// <summary>A rate, with more decimals when it is slow.</summary>
    public static string Rate(double perSecond, string unit) => $"{Fixed(perSecond, perSecond < 10 ? 2 : 0)} {unit}/s";

    /// <summary>A count with its noun: <c>1 image</c>, <c>2 images</c>.</summary>
    public static string Count(int count, string noun) => $"{Exact(count)} {noun}{(count == 1 ? "" : "s")}";
}
