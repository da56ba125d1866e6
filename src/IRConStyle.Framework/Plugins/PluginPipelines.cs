using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace IRConStyle.Framework.Plugins;

/// <summary>
/// The pipelines that plugins bring along: a file <c>pipelines.json</c> in a plugin's folder maps names to pipelines as in
/// <c>IRConStyle:Pipelines</c>. The host's configuration wins, key by key.
/// </summary>
internal sealed class PluginPipelines
{
    private const string FileName = "pipelines.json";
    private const string WeightsKey = "Weights";
    private const string Remedy = $"Correct or remove the plugin's {FileName}.";

    private readonly Dictionary<string, string?> _settings = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Keys below <c>Pipelines</c> and their values.</summary>
    public IReadOnlyDictionary<string, string?> Settings => _settings;

    /// <summary>Reads a plugin's pipelines; a folder without the file has none.</summary>
    /// <param name="folder">The plugin's folder; relative paths of weights start there.</param>
    /// <exception cref="PluginFailure">The file is no JSON, or another plugin brings a pipeline of that name.</exception>
    public IReadOnlyList<IConfigurationSection> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return [];
        IConfigurationSection[] pipelines;
        try
        {
            using var file = File.OpenRead(path);
            pipelines = [.. new ConfigurationBuilder().AddJsonStream(file).Build().GetChildren()];
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw new PluginFailure($"its {FileName} is no JSON: {(exception.InnerException ?? exception).Message}", Remedy);
        }

        if (Array.Find(pipelines, pipeline => _owners.ContainsKey(pipeline.Key)) is { } taken)
            throw new PluginFailure($"the pipeline '{taken.Key}' of its {FileName} comes with {_owners[taken.Key]} already", Remedy);
        return pipelines;
    }

    /// <summary>Keeps what <see cref="Read"/> gave, once the plugin has been accepted.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="pipelines">Its pipelines.</param>
    public void Add(string folder, IEnumerable<IConfigurationSection> pipelines)
    {
        foreach (var pipeline in pipelines)
        {
            _owners.Add(pipeline.Key, folder);
            foreach (var (key, value) in pipeline.AsEnumerable())
            {
                var isWeights = string.Equals(key, ConfigurationPath.Combine(pipeline.Key, WeightsKey), StringComparison.OrdinalIgnoreCase);
                _settings[key] = isWeights && value is not null ? Path.GetFullPath(value, folder) : value;
            }
        }
    }
}
