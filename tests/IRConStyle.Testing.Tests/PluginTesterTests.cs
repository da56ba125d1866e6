using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Testing.Tests;

/// <summary>A plugin under test by itself, as its author tests it.</summary>
public sealed class PluginTesterTests
{
    [Fact]
    public void Every_component_of_a_plugin_is_checked_and_what_fails_is_told()
    {
        var tester = PluginTester.For(new SamplePlugin());
        var (planned, done) = (0, 0);

        var results = tester.Run(new PluginTestRequest { Planned = count => planned = count, Done = () => done++ }, CancellationToken.None);

        results.Select(result => result.Component?.Info.Name).ShouldBe(["sound", "styled", "leaky", "Misnamed", "bag", "needy"]);
        results.ShouldAllBe(result => result.Plugin.Info!.Name == "Sample");
        results[0].Failures.ShouldBeEmpty();
        results[0].Passed.ShouldBe(2 + Contracts.BackboneContract.Checks.Count);
        results[1].Failures.ShouldBeEmpty();
        results[2].Failures.ShouldHaveSingleItem().Check.ShouldBe("leaves no tensors behind");
        results[2].Failures[0].Remedy.ShouldNotBeNull().ShouldContain("dispose scope");
        results[3].Failures.ShouldHaveSingleItem().Check.ShouldBe("is named in lower case words");
        results[4].Failures.ShouldBeEmpty();
        results[5].NotChecked.ShouldHaveSingleItem().ShouldStartWith("Weights is empty. Name a file. Check it in a test of your own");
        done.ShouldBe(planned);
        done.ShouldBe(results.Sum(result => result.Passed + result.Failures.Count));
    }

    [Fact]
    public void Options_can_be_set_for_the_checks()
    {
        var seen = new List<int>();
        var tester = PluginTester.For(new SamplePlugin(), setup => setup
            .Configure<NeedyOptions>(options => options.Weights = "there")
            .Configure<SoundOptions>(options => seen.Add(options.Dim)));

        var checks = tester.Checks();

        checks.ShouldContain(check => check.ToString() == "IMetric needy: prefers the better image");
        checks.ShouldContain(check => check.ToString() == "IBackbone styled (with some encoder, some injection): keeps the size");
        checks.Select(check => check.ToString()).ShouldBeUnique();
        seen.ShouldAllBe(dim => dim == 8);
        seen.ShouldNotBeEmpty();
    }

    [Fact]
    public void What_cannot_be_checked_fails_a_test_that_asks_for_all_checks()
        => Should.Throw<IRConStyleException>(() => PluginTester.For(new SamplePlugin()).Checks()).Message.ShouldStartWith("IMetric needy cannot be checked: Weights is empty.");

    [Fact]
    public void A_directory_without_plugins_is_told()
        => Should.Throw<IRConStyleException>(() => PluginTester.For(new SamplePlugin()).Run(new PluginTestRequest { Directory = Path.GetTempPath() }, CancellationToken.None))
            .Message.ShouldContain("holds no plugin");

    private sealed class SoundOptions
    {
        public int Dim { get; set; } = 48;
    }

    private sealed class NeedyOptions
    {
        public string Weights { get; set; } = "";
    }

    private sealed class BagOptions
    {
        [System.ComponentModel.DataAnnotations.Required]
        public string Root { get; set; } = "";
    }

    private sealed class SamplePlugin : IRestorationPlugin
    {
        public PluginInfo Info => new("Sample", "1.0.0", Contract.Version, "For tests.");

        public void Register(IPluginBuilder plugin) => plugin
            .AddBackbone<SoundOptions>(new("sound", "A convolution."), (_, _) => new FakeBackbone())
            .AddBackbone<NoOptions>(new("styled", "A convolution, scaled by style."), (_, context) => Styled(context))
            .AddMetric<NoOptions>(new("leaky", "Leaves tensors behind."), (_, _) => new FakeMetric((restored, clean) =>
            {
                torch.rand(1).DetachFromDisposeScope();
                return MetricViolations.Error(restored, clean);
            }))
            .AddLoss<NoOptions>(new("Misnamed", "Mean square error."), (_, _) => new FakeLoss((restored, clean) => torch.nn.functional.mse_loss(restored, clean)))
            .AddDataset<BagOptions>(new("bag", "Images of a folder."), (options, context) => new Bag(options, context))
            .AddMetric<NeedyOptions>(new("needy", "Needs a file."), (options, _) => options.Weights.Length > 0
                ? new FakeMetric(MetricViolations.Error)
                : throw new IRConStyleException("Weights is empty.", "Name a file."));

        private static FakeBackbone Styled(BackboneContext context)
        {
            var point = context.Injection?.CreateLatentPoint(new(context.Style!.LatentSizes[^1], 3));
            var backbone = new FakeBackbone(
                (self, image, style) =>
                {
                    using var scope = torch.NewDisposeScope();
                    var restored = self.Convolve(image);
                    return (point is null ? restored : point.Inject(restored, style!).narrow(1, 3, 3) + restored).MoveToOuterDisposeScope();
                },
                new BackboneSpec(3, 1, RequiresStyle: point is not null));
            foreach (var module in point?.Modules ?? [])
                backbone.register_module(module.Name, module.Module);
            return backbone;
        }
    }

    /// <summary>The images of the one folder that is required, as pairs of equals.</summary>
    private sealed class Bag(BagOptions options, DatasetContext context) : IRestorationDataset
    {
        private readonly string[] _files = [.. Directory.GetFiles(Path.Combine(context.BaseDirectory, options.Root)).Order(StringComparer.Ordinal)];

        public int Count => _files.Length;

        public string NameOf(int index) => Path.GetFileName(_files[index]);

        public RestorationSample Load(int index, SampleRequest request)
        {
            var image = context.Images.Read(_files[index]);
            var part = image.Whole with { Height = request.PatchSize ?? image.Height, Width = request.PatchSize ?? image.Width };
            return new RestorationSample(image.ToRgbTensor(part), image.ToRgbTensor(part), NameOf(index));
        }
    }
}
