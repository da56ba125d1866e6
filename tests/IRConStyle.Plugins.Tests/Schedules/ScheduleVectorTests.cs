using System.Reflection;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;

namespace IRConStyle.Plugins.Tests.Schedules;

/// <summary>Every rate that the authors' schedulers gave, through the engine and its warm-up.</summary>
public sealed class ScheduleVectorTests : IDisposable
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(SharedData.Golden("schedules", "schedules.json"))).RootElement;

    private readonly ScheduleHost _host = new();

    public void Dispose() => _host.Dispose();

    /// <summary>All but the one that throws at once.</summary>
    public static TheoryData<string> Cases =>
        [.. Golden.EnumerateObject().Where(entry => entry.Name[0] != '_' && Rates(entry.Value).Any()).Select(entry => entry.Name)];

    [Fact]
    public void There_are_ten_cases() => Cases.Count.ShouldBe(10);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_rate_is_that_of_the_reference(string name)
    {
        var golden = Golden.GetProperty(name);
        var schedule = Create(golden, TrainingBehaviour.Official);
        foreach (var (iteration, rate) in Rates(golden))
            Math.Abs(schedule.At(iteration) - rate).ShouldBeLessThanOrEqualTo(1e-12 * rate, $"iteration {iteration}");
    }

    [Fact]
    public void A_warm_up_does_not_lower_the_steps_that_follow_unless_the_official_behaviour_is_asked_for()
    {
        var golden = Golden.GetProperty("warmup_multistep");
        var rate = golden.GetProperty("base_lr").GetDouble();
        var schedule = Create(golden, TrainingBehaviour.Paper);
        schedule.At(19).ShouldBe(rate * 19 / 20, 1e-15);
        schedule.At(20).ShouldBe(rate);
        schedule.At(51).ShouldBe(rate / 2);
        Create(golden, TrainingBehaviour.OfficialTorch2).At(51).ShouldBe(rate * 19 / 40, 1e-15);
    }

    [Fact]
    public void Beyond_the_last_period_the_least_rate_stays_where_the_reference_throws()
    {
        var golden = Golden.GetProperty("cyclic_past_end");
        var last = golden.GetProperty("raised").GetProperty("iteration").GetInt32();
        var schedule = Create(golden, TrainingBehaviour.Official);
        schedule.At(last).ShouldBe(schedule.At(last - 1));
        schedule.At(10 * last).ShouldBe(schedule.At(last - 1));
    }

    private ILearningRateSchedule Create(JsonElement golden, TrainingBehaviour behaviour)
    {
        var factory = _host.Catalogue.FindByReferenceName<ILearningRateSchedule>(golden.GetProperty("type").GetString()!).ShouldNotBeNull();
        var keys = factory.OptionsType.GetProperties()
            .Where(property => property.IsDefined(typeof(ReferenceArgumentAttribute)))
            .ToDictionary(property => property.GetCustomAttribute<ReferenceArgumentAttribute>()!.Name, property => property.Name);
        var options = golden.GetProperty("options").EnumerateObject().SelectMany(argument => Values(keys[argument.Name], argument.Value));
        return _host.Create(new TrainingOptions
        {
            Schedule = ComponentOptions.Of(factory.Info.Name, [.. options]),
            LearningRate = golden.GetProperty("base_lr").GetDouble(),
            Iterations = Rates(golden).Last().Iteration,
            WarmupIterations = Math.Max(0, golden.GetProperty("warmup_iter").GetInt32()),
            Behaviour = behaviour,
        });
    }

    private static IEnumerable<(string Key, object? Value)> Values(string key, JsonElement value)
        => value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select((element, index) => ($"{key}:{index}", (object?)element.GetRawText()))
            : [(key, value.GetRawText())];

    private static IEnumerable<(int Iteration, double Rate)> Rates(JsonElement golden)
        => golden.GetProperty("iterations").EnumerateArray().Zip(
            golden.GetProperty("lr").EnumerateArray(), (iteration, rate) => (iteration.GetInt32(), rate.GetDouble()));
}
