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
        Registered(new DegradationsPlugin()).ShouldBe(["gaussian-noise"]);
        Registered(new DatasetsPlugin()).ShouldBe(["clean-folder", "paired-folders"]);
        Registered(new LossesPlugin()).ShouldBe(["l1", "mse", "charbonnier", "psnr", "frequency", "edge", "tv"]);
        Registered(new MetricsPlugin()).ShouldBe(["psnr", "psnr-y", "ssim", "ssim-y", "ms-ssim", "ms-ssim-y", "mae", "mae-y"]);
        Registered(new SchedulesPlugin()).ShouldBe(["constant", "cosine", "cosine-restart", "cosine-cyclic", "multi-step", "linear", "vibrate"]);
    }

    [Theory]
    [InlineData(typeof(GaussianNoiseOptions))]
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
    public void Options_out_of_bounds_are_named()
    {
        Problems(new CleanFolderOptions { CacheMegabytes = -1 }).ShouldBe(["CacheMegabytes", "Root"], ignoreOrder: true);
        Problems(new PairedFoldersOptions()).ShouldBe(["Clean", "Degraded"], ignoreOrder: true);
        Problems(new GaussianNoiseOptions { Sigma = 256, SigmaMin = -1 }).ShouldBe(["Sigma", "SigmaMin"], ignoreOrder: true);
        Problems(new CharbonnierOptions { Epsilon = 0 }).ShouldBe(["Epsilon"]);
        Problems(new MetricOptions { CropBorder = 1001 }).ShouldBe(["CropBorder"]);
        Problems(new MsSsimOptions { CropBorder = -1, Scales = 6 }).ShouldBe(["CropBorder", "Scales"], ignoreOrder: true);
    }

    private static string[] Problems(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.SelectMany(result => result.MemberNames)];
    }

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
