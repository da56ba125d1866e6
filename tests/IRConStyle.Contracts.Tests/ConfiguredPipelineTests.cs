using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Benchmarking;
using IRConStyle.Evaluation;
using IRConStyle.Framework;
using IRConStyle.Framework.Hosting;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Optimization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>The pipelines of the program's own settings: a task, a network, with ConStyle or without, in two sizes.</summary>
public sealed class ConfiguredPipelineTests : IDisposable
{
    private const string Small = "-tiny";
    private static readonly Dictionary<string, string> Degradations = new()
    {
        ["denoise"] = "gaussian-noise", ["deblur"] = "blur", ["derain"] = "rain", ["dehaze"] = "haze",
    };

    private static readonly string[] Tasks = [.. Degradations.Keys];
    private static readonly string[] Networks = ["general", "nafnet", "restormer", "maxim"];

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddIRConStyle(new ConfigurationBuilder().AddJsonFile(Settings("benchmarks.json")).AddJsonFile(Settings("appsettings.json")).Build())
        .AddEvaluation().Services.BuildServiceProvider();

    private static string Settings(string file) => Path.Combine(SharedData.Root, "src", "IRConStyle.Cli", file);

    public static TheoryData<string> Kinds => new(Networks.SelectMany(network => new[] { network, "constyle-" + network }));

    private IPipelineFactory Pipelines => _services.GetRequiredService<IPipelineFactory>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void All_settings_of_the_program_hold() => Should.NotThrow(Pipelines.ValidateAll);

    /// <summary>Every set on its own task, with every metric that the authors' test files name, scored without borders.</summary>
    [Fact]
    public void The_paper_s_sets_are_benchmarks()
    {
        var benchmarks = _services.GetRequiredService<IOptionsMonitor<BenchmarkOptions>>();
        string[] noisy = ["cbsd68", "kodak24", "mcmaster", "urban100"];
        string[] pairs = ["gopro", "hide", "realblur-j", "realblur-r", "rain100h", "rain100l", "sots-outdoor", "sots-indoor"];
        foreach (var name in noisy.SelectMany(set => new[] { 15, 25, 50 }.Select(sigma => $"{set}-{sigma}")).Concat(pairs))
        {
            var benchmark = benchmarks.Get(name);
            benchmark.Metrics.Select(metric => metric.Name).ShouldBe(["psnr", "ssim", "psnr-y", "ssim-y"], ignoreOrder: true, name);
            benchmark.Images.ShouldBeGreaterThan(0, name);
            benchmark.Title.ShouldNotBeEmpty(name);
            benchmark.Summary.ShouldNotBeEmpty(name);
            (benchmark.Degradation?.Options?["Sigma"]).ShouldBe(name.Contains('-', StringComparison.Ordinal) && char.IsDigit(name[^1]) ? name[^2..] : null, name);
            benchmark.PadTo.ShouldBe(0, name);
        }
    }

    [Fact]
    public void Every_task_has_every_network_in_both_sizes()
    {
        foreach (string kind in Kinds)
            foreach (var task in Tasks)
                foreach (var name in new[] { $"{task}-{kind}", $"{task}-{kind}{Small}" })
                {
                    var pipeline = Pipelines.Describe(name);
                    var hasStyle = kind.StartsWith("constyle-", StringComparison.Ordinal);
                    pipeline.Backbone.Name.ShouldBe(kind, name);
                    (pipeline.Encoder is not null).ShouldBe(hasStyle, name);
                    pipeline.Training.ContrastiveLosses.Length.ShouldBe(hasStyle ? 3 : 0, name);
                    (pipeline.Training.Degradation?.Name).ShouldBe(Degradations[task], name);
                    pipeline.Training.Iterations.ShouldBe(name.EndsWith(Small, StringComparison.Ordinal) ? 3000 : 703632, name);
                    pipeline.Training.Data.ShouldBeNull(name);
                }
    }

    /// <summary>Batches and the iterations in which the encoder learns are those of the authors' options, file by file.</summary>
    [Theory]
    [InlineData("denoise-constyle-nafnet", 16, false)]
    [InlineData("deblur-constyle-nafnet", 16, true)]
    [InlineData("denoise-constyle-restormer", 8, false)]
    [InlineData("deblur-constyle-restormer", 8, false)]
    [InlineData("derain-constyle-restormer", 8, true)]
    [InlineData("dehaze-constyle-restormer", 16, true)]
    [InlineData("dehaze-constyle-maxim", 16, true)]
    [InlineData("denoise-restormer", 16, null)]
    [InlineData("deblur-restormer", 8, null)]
    [InlineData("derain-restormer", 8, null)]
    [InlineData("dehaze-restormer", 16, null)]
    [InlineData("derain-maxim", 16, null)]
    public void Full_sizes_train_as_the_authors_trained(string name, int batch, bool? isFrozenLater)
    {
        var training = Pipelines.Describe(name).Training;
        training.BatchSize.ShouldBe(batch);
        training.EncoderIterations.ShouldBe(isFrozenLater switch { true => 250_000, false => 703_632, null => null });
        training.PatchSize.ShouldBe(128);
        var schedule = Pipelines.CreateSchedule(training);
        schedule.At(243_312).ShouldBe(3e-4, 1e-12);
        schedule.At(703_632).ShouldBeInRange(1e-6, 1.001e-6);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Small_networks_are_built_and_make_a_step(string kind)
    {
        using var scope = torch.NewDisposeScope();
        foreach (var task in Tasks)
        {
            var name = $"{task}-{kind}{Small}";
            torch.random.manual_seed(1);
            using var network = Pipelines.CreateNetwork(name, training: true);
            if (task != Tasks[0])
                continue;
            network.Train();
            var options = Pipelines.Describe(name).Training;
            using var step = new TrainingStep(network, new TrainingLosses(options, Pipelines), options);
            var clean = torch.rand(2, 3, options.PatchSize, options.PatchSize);
            var degraded = clean + 0.1 * torch.randn_like(clean);
            var losses = Enumerable.Range(0, 2).Select(_ => step.Run(degraded, clean, 1e-3).data<float>().ToArray()).ToArray();
            losses[0].Length.ShouldBe(network.Encoder is null ? 1 : 4);
            losses.SelectMany(values => values).ShouldAllBe(value => float.IsFinite(value));
            losses[1][0].ShouldNotBe(losses[0][0], "the step moved nothing");
            step.Parameters.Values.Buffer.numel().ShouldBeLessThan(3_500_000);
        }
    }
}
