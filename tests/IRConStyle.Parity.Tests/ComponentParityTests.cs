using IRConStyle.Abstractions;
using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace IRConStyle.Parity.Tests;

/// <summary>Golden losses, schedules and transforms made of this test's own components, right and wrong in known ways.</summary>
public sealed class ComponentParityTests : IDisposable
{
    private const string Schedules = """
        {
          "ramp": { "type": "RampLR", "options": { "steps": 4 }, "base_lr": 0.5, "warmup_iter": WARMUP, "iterations": [1, 3, 8], "lr": [RATE, 0.375, 0.5], "note": "" },
          "thrown": { "type": "RampLR", "options": {}, "base_lr": 0.5, "warmup_iter": 20, "iterations": [], "lr": [] },
          "elsewhere": { "type": "OtherLR", "options": {}, "base_lr": 0.5, "warmup_iter": -1, "iterations": [1], "lr": [1] },
          "_note": "not a case"
        }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services;

    public ComponentParityTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddIRConStyle(new ConfigurationBuilder().Build(), setup => setup.LoadPluginDirectories = false).AddPlugin(new ReferencePlugin()).AddParity();
        _services = services.BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Schedules_pass_and_cases_without_rates_or_components_are_listed()
    {
        var result = CheckSchedules();
        result.Status.ShouldBe(ParityStatus.Passed);
        result.Groups.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            group => group.Name.ShouldBe("ramp: ramp"),
            group => group.Tolerance.ShouldBe(1e-12));
        result.NotChecked.ShouldBe(["thrown (no rates: the authors' code throws)", "elsewhere (OtherLR is not registered)"]);
    }

    [Fact]
    public void A_changed_rate_fails()
        => CheckSchedules(rate: "0.12500001").ShouldSatisfyAllConditions(
            result => result.Status.ShouldBe(ParityStatus.Failed),
            result => result.Groups.Single().Difference.ShouldBe(8e-8, 1e-10));

    /// <summary>In a warm-up of two iterations the first one has half the base rate, and the second one the schedule's own.</summary>
    [Fact]
    public void The_engine_s_warm_up_is_part_of_the_schedule()
        => CheckSchedules(rate: "0.25", warmup: 2).Status.ShouldBe(ParityStatus.Passed);

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{ "a": null }""")]
    [InlineData("""{ "a": { "type": "RampLR", "options": {}, "base_lr": "fast", "warmup_iter": -1, "iterations": [1], "lr": [1] } }""")]
    [InlineData("""{ "a": { "type": "RampLR", "options": {}, "base_lr": 1, "warmup_iter": -1, "iterations": [1, 2], "lr": [1] } }""")]
    [InlineData("""{ "a": { "type": "RampLR", "base_lr": 1, "warmup_iter": -1, "lr": [1] } }""")]
    public void What_is_no_file_of_schedules_fails_in_one_line(string text)
    {
        var result = Check(Write("schedules.json", text));
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Reason.ShouldNotBeNull().ShouldContain("schedules.json holds no schedules");
    }

    [Fact]
    public void Schedules_are_found_in_folders_beside_tensors()
    {
        Write("schedules.json", "{}");
        Write("other.json", "{}");
        ParityRunner.Find([_directory.Path]).ShouldBe([_directory.File("schedules.json")]);
    }

    [Fact]
    public void Losses_pass_with_value_and_gradient_and_the_others_are_listed()
    {
        var result = Check(Losses(0.5, 0.5));
        result.Reason.ShouldBeNull();
        result.Status.ShouldBe(ParityStatus.Passed);
        result.Groups.Select(group => group.Name).ShouldBe(["sum: L1Loss_sum", "sum: L1Loss_sum.grad"]);
        result.NotChecked.ShouldBe(["FeatureLoss", "MSELoss_mean (MSELoss is not registered)"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(0.500001, 0.5)]
    [InlineData(0.5, 0.500001)]
    public void A_changed_value_or_gradient_fails(double value, double slope)
        => Check(Losses(value, slope)).Status.ShouldBe(ParityStatus.Failed);

    [Fact]
    public void A_file_of_losses_without_its_inputs_fails()
    {
        using var scope = torch.NewDisposeScope();
        var result = Check(Write("losses", ("expected/L1Loss_sum", torch.tensor(1f))));
        result.Status.ShouldBe(ParityStatus.Failed);
        result.Reason.ShouldNotBeNull().ShouldContain("has no input/pred");
    }

    [Fact]
    public void A_file_of_other_losses_alone_is_skipped_and_listed()
    {
        using var scope = torch.NewDisposeScope();
        var result = Check(Write("losses", ("expected/FeatureLoss", torch.tensor(1f))));
        result.Status.ShouldBe(ParityStatus.Skipped);
        result.NotChecked.ShouldBe(["FeatureLoss"]);
    }

    [Theory]
    [InlineData(0, ParityStatus.Passed)]
    [InlineData(1e-7, ParityStatus.Failed)]
    public void Noise_and_padding_must_agree_bit_for_bit(double offset, ParityStatus expected)
    {
        using var scope = torch.NewDisposeScope();
        var bytes = torch.arange(5 * 6 * 3).to(torch.uint8).reshape(5, 6, 3);
        var clean = bytes.flip(2).permute(2, 0, 1).to(torch.float32).div(255f);
        var padded = torch.cat([clean, clean[.., .., 3..5].flip(2)], 2);
        padded = torch.cat([padded, padded[.., 1..4, ..].flip(1)], 1);
        var result = Check(Write(
            "data transforms",
            ("input/noise_clean_bgr_u8", bytes), ("expected/noisy_sigma51_lq", clean.add(0.2f) + offset), ("expected/noisy_sigma51_gt", clean),
            ("input/pad0_lq_bgr_u8", bytes), ("expected/pad0_lq", padded), ("expected/pad1_lq", padded), ("expected/crop_lq_0", clean)));
        result.Status.ShouldBe(expected);
        result.Groups.Select(group => group.Name).ShouldBe(["padding", "shift"], ignoreOrder: true);
        result.NotChecked.ShouldBe(["crop_lq_0", "pad1_lq"]);
    }

    private ParityFileResult CheckSchedules(string rate = "0.125", int warmup = -1)
        => Check(Write("schedules.json", Schedules.Replace("RATE", rate, StringComparison.Ordinal).Replace("WARMUP", $"{warmup}", StringComparison.Ordinal)));

    /// <summary>The sum of eight differences of 1/16, with the value and slope given.</summary>
    private string Losses(double value, double slope)
    {
        using var scope = torch.NewDisposeScope();
        return Write(
            "losses",
            ("input/pred", torch.full([1, 2, 2, 2], 0.0625f)), ("input/target", torch.zeros(1, 2, 2, 2)),
            ("expected_f64/L1Loss_sum", torch.tensor(value)), ("expected_f64/L1Loss_sum.grad", torch.full([1, 2, 2, 2], 2 * slope, dtype: torch.float64)),
            ("expected/FeatureLoss", torch.tensor(1f)), ("expected/MSELoss_mean", torch.tensor(1f)));
    }

    private ParityFileResult Check(string path) => _services.GetRequiredService<ParityRunner>().Check(path);

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory.File(name), text);
        return _directory.File(name);
    }

    private string Write(string kind, params (string Name, torch.Tensor Value)[] tensors)
    {
        var path = _directory.File("golden.safetensors");
        SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["kind"] = kind });
        return path;
    }

    private sealed class ReferencePlugin : IRestorationPlugin
    {
        public PluginInfo Info => new("Reference", "1.0.0", Contract.Version, "For tests");

        public void Register(IPluginBuilder plugin) => plugin
            .AddSchedule<RampOptions>(new("ramp", "A rise") { ReferenceNames = ["RampLR"] }, (options, context) => new Ramp(options, context))
            .AddLoss<SumOptions>(new("sum", "A sum") { ReferenceNames = ["L1Loss"] }, (_, _) => new SumLoss())
            .AddDegradation<ShiftOptions>(new("shift", "A shift") { ReferenceNames = ["Dataset_GaussianDenoising"] }, (options, _) => new Shift(options));
    }

    private sealed class RampOptions
    {
        [ReferenceArgument("steps")]
        public int Steps { get; set; } = 1;
    }

    private sealed class Ramp(RampOptions options, ScheduleContext context) : ILearningRateSchedule
    {
        public double At(int iteration) => context.LearningRate * Math.Min(1, iteration / (double)options.Steps);
    }

    private sealed class SumOptions
    {
        [ReferenceArgument("reduction")]
        public string Reduction { get; set; } = "";
    }

    private sealed class SumLoss : IRestorationLoss
    {
        public torch.Tensor Compute(torch.Tensor restored, torch.Tensor clean) => (restored - clean).sum();
    }

    private sealed class ShiftOptions
    {
        [ReferenceArgument("sigma_test")]
        public double Sigma { get; set; }
    }

    private sealed class Shift(ShiftOptions options) : IDegradation
    {
        public torch.Tensor Apply(torch.Tensor clean, ulong seed) => clean.add((float)(options.Sigma / 255));
    }
}
