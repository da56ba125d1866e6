using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Options;

namespace IRConStyle.Evaluation.Data;

/// <summary>Finds out what a selection of folders and pipelines means.</summary>
/// <param name="factory">Knows the pipelines.</param>
/// <param name="options">Names the datasets and the sub-folders that mean a pair.</param>
public sealed class DataTargets(IPipelineFactory factory, IOptions<EvaluationOptions> options)
{
    private readonly EvaluationOptions _options = options.Value;

    /// <summary>Everything a selection names, in its order: folders, the two folders, the pipeline's data.</summary>
    /// <param name="selection">What the user names.</param>
    /// <returns>At least one; a folder that is missing comes with its <see cref="DataTarget.Problem"/>.</returns>
    /// <exception cref="IRConStyleException">Nothing is named, or the pipeline is unknown or has no data.</exception>
    public IReadOnlyList<DataTarget> Find(DataSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if ((selection.Degraded is null) != (selection.Clean is null))
            throw new IRConStyleException("A degraded and a clean folder are needed, only one of them is given.", "Give --degraded DIR and --clean DIR.");
        var targets = selection.Folders.Select(folder => OfFolder(folder, selection.Options)).ToList();
        if (selection is { Degraded: { } degraded, Clean: { } clean })
            targets.Add(OfPair($"{degraded} | {clean}", degraded, clean, selection.Options));
        if (selection.Pipeline is { } pipeline)
            targets.AddRange(OfPipeline(pipeline));
        return targets.Count > 0
            ? targets
            : throw new IRConStyleException("Nothing is named.", "Name folders, --degraded DIR with --clean DIR, or --pipeline NAME.");
    }

    private DataTarget OfFolder(string folder, IReadOnlyList<KeyValuePair<string, string>> options)
    {
        var clean = new DataTarget(folder, Options(_options.CleanDataset, options, ("Root", folder))) { NeedsDegradation = true };
        if (!Directory.Exists(folder))
            return clean with { Problem = new IRConStyleException($"{folder} is not a folder.", "Check the path.") };
        string[] below;
        try
        {
            below = Directory.GetDirectories(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return clean with { Problem = new IRConStyleException($"{folder} cannot be listed: {exception.Message}", "Check the folder's permissions.", exception) };
        }

        // Sets differ in capitals: input, Input.
        foreach (var layout in _options.PairedLayouts)
            if (Named(layout.Degraded) is { } degradedFolder && Named(layout.Clean) is { } cleanFolder)
                return OfPair(folder, degradedFolder, cleanFolder, options);
        return clean;

        string? Named(string name) => Array.Find(below, path => string.Equals(Path.GetFileName(path), name, StringComparison.OrdinalIgnoreCase));
    }

    private DataTarget OfPair(string name, string degraded, string clean, IReadOnlyList<KeyValuePair<string, string>> options)
        => new(name, Options(_options.PairedDataset, options, ("Degraded", degraded), ("Clean", clean)));

    private IEnumerable<DataTarget> OfPipeline(string pipeline)
    {
        var training = factory.Describe(pipeline).Training;
        var targets = new List<DataTarget>();
        if (training?.Data is { } data)
            targets.Add(new DataTarget($"{pipeline} Training:Data", data)
            {
                Degradation = training.Degradation,
                NeedsDegradation = training.Degradation is not null,
                PatchSize = training.Stages.Select(stage => stage.PatchSize).Append(training.PatchSize).Max(),
            });
        if (training?.Validation is { } validation)
            targets.Add(new DataTarget($"{pipeline} Training:Validation:Data", validation.Data)
            {
                Degradation = training.ValidationDegradation,
                NeedsDegradation = training.ValidationDegradation is not null,
            });
        return targets.Count > 0
            ? targets
            : throw new IRConStyleException(
                $"The pipeline '{pipeline}' has no data configured.",
                $"Set {FrameworkSection.PathOf(PipelineOptions.SectionKey, pipeline, nameof(PipelineOptions.Training), nameof(TrainingOptions.Data))}, or name the folder instead of the pipeline.");
    }

    private static ComponentOptions Options(
        string dataset, IReadOnlyList<KeyValuePair<string, string>> options, params (string Key, object? Value)[] folders)
        => ComponentOptions.Of(dataset, [.. folders, .. options.Select(option => (option.Key, (object?)option.Value))]);
}
