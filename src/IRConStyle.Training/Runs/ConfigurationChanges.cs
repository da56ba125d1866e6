using System.Collections;
using System.Globalization;
using System.Reflection;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IRConStyle.Training.Runs;

/// <summary>What changed in a pipeline's settings since a run was begun, and whether the run may go on so.</summary>
internal static partial class ConfigurationChanges
{
    // Another network, or other trained parameters: a checkpoint does not fit.
    private static readonly string[] Refused = ["Encoder", "Injection", "Backbone", "Training:Frozen"];

    // What the weights do not depend on.
    private static readonly string[] Harmless =
    [
        "Training:LoaderThreads", "Training:SaveEvery", "Training:KeepCheckpoints", "Training:ReportEvery", "Training:MaxTime",
        "Training:MaxUnreadableImages", "Training:Validation", "Training:Divergence", "Training:InitialWeights", "Training:EncoderWeights", "Training:WeightsSeed",
    ];

    /// <summary>A pipeline's settings by key, as they were given or by default.</summary>
    /// <param name="pipeline">The pipeline.</param>
    public static IReadOnlyDictionary<string, string> Snapshot(PipelineOptions pipeline)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(settings, nameof(pipeline.Encoder), pipeline.Encoder);
        Add(settings, nameof(pipeline.Injection), pipeline.Injection);
        Add(settings, nameof(pipeline.Backbone), pipeline.Backbone);
        Add(settings, nameof(pipeline.Training), pipeline.Training);
        return settings;
    }

    /// <summary>Reports every change, and refuses those a run cannot go on with.</summary>
    /// <param name="before">The settings the run was begun with.</param>
    /// <param name="now">The settings as they are.</param>
    /// <param name="iteration">The iteration the run goes on from.</param>
    /// <param name="logger">Is told of what is allowed.</param>
    /// <exception cref="IRConStyleException">A setting changed that a checkpoint depends on.</exception>
    public static void Check(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now, int iteration, ILogger logger)
    {
        var changes = before.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(key => before.GetValueOrDefault(key) != now.GetValueOrDefault(key))
            .Select(key => (Key: key, Text: $"{key} from {Shown(before, key)} to {Shown(now, key)}")).ToArray();
        string[] refused = [.. changes.Where(change => Begins(change.Key, Refused)).Select(change => change.Text)];
        if (refused.Length > 0)
            throw new IRConStyleException(
                $"The run cannot go on: since it was begun these settings changed: {string.Join("; ", refused)}.",
                "Set them back, or begin a new run, from these weights if wanted: Training:InitialWeights.");
        foreach (var (key, text) in changes)
            if (Begins(key, Harmless))
                LogHarmless(logger, text);
            else
                LogChanged(logger, text, iteration + 1);
    }

    private static bool Begins(string key, string[] starts)
        => starts.Any(start => key.StartsWith(start, StringComparison.Ordinal) && (key.Length == start.Length || key[start.Length] == ':'));

    private static string Shown(IReadOnlyDictionary<string, string> settings, string key)
        => settings.TryGetValue(key, out var value) ? $"'{value}'" : "nothing";

    private static void Add(SortedDictionary<string, string> settings, string key, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case IConfigurationSection section:
                foreach (var (path, text) in section.AsEnumerable(makePathsRelative: true))
                    if (text is not null)
                        settings[path.Length == 0 ? key : ConfigurationPath.Combine(key, path)] = text;
                break;
            case string or bool or TimeSpan or Enum or IFormattable:
                settings[key] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                break;
            case IEnumerable list:
                var index = 0;
                foreach (var element in list)
                    Add(settings, ConfigurationPath.Combine(key, (index++).ToString(CultureInfo.InvariantCulture)), element);
                break;
            default:
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                    if (property.SetMethod is { IsPublic: true })
                        Add(settings, ConfigurationPath.Combine(key, property.Name), property.GetValue(value));
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "Changed since the run was begun, without effect on its weights: {Change}.")]
    private static partial void LogHarmless(ILogger logger, string change);

    [LoggerMessage(LogLevel.Warning, "Changed since the run was begun: {Change}. It is allowed; from iteration {Iteration} on the run is another one than it would have been.")]
    private static partial void LogChanged(ILogger logger, string change, int iteration);
}
