using System.Text.Json;
using System.Text.Json.Serialization;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Plugins;

namespace IRConStyle.Parity;

/// <summary>
/// Checks schedules against the rates that the authors' schedulers gave: a JSON file of cases, each with the scheduler's class
/// (<c>type</c>) and <c>options</c>, <c>base_lr</c>, <c>warmup_iter</c>, and the rate of some iterations (<c>iterations</c>,
/// <c>lr</c>). Differences are relative.
/// </summary>
internal sealed class ScheduleParity(ComponentCatalogue catalogue, IServiceProvider services)
{
    public const string FileName = "schedules.json";
    private const double Tolerance = 1e-12;

    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>Checks a file; entries whose name begins with an underscore are notes.</summary>
    /// <exception cref="IRConStyleException">The file is not of that form.</exception>
    public ParityFileResult Check(string path)
    {
        using var document = Open(path);
        var result = new ParityTable();
        try
        {
            foreach (var entry in document.RootElement.EnumerateObject().Where(entry => !entry.Name.StartsWith('_')))
                Check(entry.Name, entry.Value.Deserialize<Case>(Strict) ?? throw new JsonException("a case is null"), result);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Bad(path, exception);
        }

        return result.ToFileResult(path, "schedules");
    }

    private void Check(string name, Case golden, ParityTable result)
    {
        if (golden.Rates.Length == 0)
            result.NotChecked($"{name} (no rates: the authors' code throws)");
        else if (golden.Rates.Length != golden.Iterations.Length)
            throw new JsonException($"{name} has {golden.Iterations.Length} iterations and {golden.Rates.Length} rates");
        else if (catalogue.FindByReferenceName<ILearningRateSchedule>(golden.Type) is not { } component)
            result.NotChecked($"{name} ({golden.Type} is not registered)");
        else
            Compare($"{component.Info.Name}: {name}", Create(component, golden), golden, result);
    }

    private WarmedUpSchedule Create(IComponentFactory<ILearningRateSchedule> component, Case golden)
    {
        // −1 stands for no warm-up.
        var warmup = Math.Max(0, golden.Warmup);
        var context = new ScheduleContext(services, golden.BaseRate, golden.Iterations[^1]) { InheritedWarmup = warmup };
        return new(component.Create(ReferenceOptions.Create(component.OptionsType, golden.Options), context), golden.BaseRate, warmup);
    }

    private static void Compare(string group, WarmedUpSchedule schedule, Case golden, ParityTable result)
    {
        foreach (var (iteration, rate) in golden.Iterations.Zip(golden.Rates))
            result.Add(group, Math.Abs(schedule.At(iteration) - rate) / Math.Max(Math.Abs(rate), 1e-30), Tolerance);
    }

    private static JsonDocument Open(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Bad(path, exception);
        }
    }

    private static IRConStyleException Bad(string path, Exception exception)
        => new($"{path} holds no schedules: {exception.Message}", "Use golden vectors in the format that docs/parity.md describes.", exception);

    private sealed record Case(
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("options")] IReadOnlyDictionary<string, JsonElement> Options,
        [property: JsonPropertyName("base_lr")] double BaseRate,
        [property: JsonPropertyName("warmup_iter")] int Warmup,
        [property: JsonPropertyName("iterations")] int[] Iterations,
        [property: JsonPropertyName("lr")] double[] Rates);
}
