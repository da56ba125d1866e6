using System.ComponentModel.DataAnnotations;
using IRConStyle.Abstractions;
using IRConStyle.Plugins.Datasets;
using IRConStyle.Plugins.Degradations;
using IRConStyle.Plugins.Losses;
using IRConStyle.Plugins.Metrics;
using IRConStyle.Plugins.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace IRConStyle.Plugins.Tests;

public class PluginTests
{
    [Fact]
    public void Every_component_is_registered_under_its_name()
    {
        Registered(new DegradationsPlugin()).ShouldBe(
        [
            "gaussian-noise", "camera-noise", "motion-blur", "frame-average", "defocus-blur", "rain-light", "rain-heavy", "haze", "jpeg",
            "downscale", "sequence", "hand-held", "one-of", "all-in-one",
        ]);
        Registered(new DatasetsPlugin()).ShouldBe(["clean-folder", "paired-folders"]);
        Registered(new LossesPlugin()).ShouldBe(["l1", "mse", "charbonnier", "psnr", "frequency", "edge", "tv"]);
        Registered(new MetricsPlugin()).ShouldBe(["psnr", "psnr-y", "ssim", "ssim-y", "ms-ssim", "ms-ssim-y", "mae", "mae-y"]);
        Registered(new SchedulesPlugin()).ShouldBe(["constant", "cosine", "cosine-restart", "cosine-cyclic", "multi-step", "linear", "vibrate"]);
    }

    [Theory]
    [InlineData(typeof(GaussianNoiseOptions))]
    [InlineData(typeof(CameraNoiseOptions))]
    [InlineData(typeof(MotionBlurOptions))]
    [InlineData(typeof(FrameAverageOptions))]
    [InlineData(typeof(DefocusBlurOptions))]
    [InlineData(typeof(RainOptions))]
    [InlineData(typeof(HeavyRainOptions))]
    [InlineData(typeof(HazeOptions))]
    [InlineData(typeof(JpegCompressionOptions))]
    [InlineData(typeof(DownscalingOptions))]
    [InlineData(typeof(HandHeldOptions))]
    [InlineData(typeof(AllInOneOptions))]
    [InlineData(typeof(CharbonnierOptions))]
    [InlineData(typeof(PsnrLossOptions))]
    [InlineData(typeof(EdgeLossOptions))]
    [InlineData(typeof(MetricOptions))]
    [InlineData(typeof(MsSsimOptions))]
    [InlineData(typeof(CosineOptions))]
    [InlineData(typeof(CosineRestartOptions))]
    [InlineData(typeof(CosineCyclicOptions))]
    [InlineData(typeof(MultiStepOptions))]
    [InlineData(typeof(LinearOptions))]
    public void Default_options_are_within_their_bounds(Type options)
    {
        Problems(Activator.CreateInstance(options)!).ShouldBeEmpty();
    }

    [Fact]
    public void A_range_upside_down_is_refused()
    {
        var results = new List<ValidationResult>();
        var options = new GaussianNoiseOptions { SigmaMin = 30, SigmaMax = 20 };
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        results.ShouldContain(result => result.MemberNames.Contains("SigmaMin") && result.ErrorMessage == "accepted is at most SigmaMax (20)");
    }

    [Fact]
    public void Options_out_of_bounds_are_named()
    {
        Problems(new CleanFolderOptions { CacheMegabytes = -1 }).ShouldBe(["CacheMegabytes", "Root"], ignoreOrder: true);
        Problems(new PairedFoldersOptions()).ShouldBe(["Clean", "Degraded"], ignoreOrder: true);
        Problems(new GaussianNoiseOptions { Sigma = 256, SigmaMin = -1 }).ShouldBe(["Sigma", "SigmaMin"], ignoreOrder: true);
        Problems(new OneOfOptions()).ShouldContain("Choices");
        Problems(new OneOfOptions { Choices = [new ChoiceOptions { Name = "haze", Weight = 0 }] }).ShouldBe(["Choices"]);
        Problems(new SequenceOptions()).ShouldBe(["Steps"]);
        Problems(new CharbonnierOptions { Epsilon = 0 }).ShouldBe(["Epsilon"]);
        Problems(new MetricOptions { CropBorder = 1001 }).ShouldBe(["CropBorder"]);
        Problems(new MsSsimOptions { CropBorder = -1, Scales = 6 }).ShouldBe(["CropBorder", "Scales"], ignoreOrder: true);
    }

    private static string[] Problems(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        // The host's binder holds Range against each entry of a list; the stock validator holds it against the list.
        return [.. results.SelectMany(result => result.MemberNames).Where(name => !options.GetType().GetProperty(name)!.PropertyType.IsArray || !HasRange(options, name))];
    }

    private static bool HasRange(object options, string name)
        => options.GetType().GetProperty(name)!.IsDefined(typeof(RangeAttribute), inherit: true);

    private static IReadOnlyList<string> Registered(IRestorationPlugin plugin)
    {
        plugin.Info.ContractVersion.ShouldBe(Contract.Version);
        var builder = new NameCollector();
        plugin.Register(builder);
        return builder.Names;
    }

    private sealed class NameCollector : IPluginBuilder
    {
        public List<string> Names { get; } = [];

        public IServiceCollection Services { get; } = new ServiceCollection();

        public IPluginBuilder Add<TComponent, TContext, TOptions>(ComponentInfo info, Func<TOptions, TContext, TComponent> create)
            where TComponent : class
            where TContext : ComponentContext
            where TOptions : class, new()
        {
            Names.Add(info.Name);
            return this;
        }
    }
}
