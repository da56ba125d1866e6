using IRConStyle.Abstractions;
using IRConStyle.Plugins.General;
using IRConStyle.Plugins.KBNet;
using IRConStyle.Plugins.Maxim;
using IRConStyle.Plugins.NAFNet;
using IRConStyle.Plugins.Restormer;
using IRConStyle.Plugins.Uformer;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Encoders and injections that are not the paper's, in every network that takes style.</summary>
public sealed class InjectionPointsTests
{
    private static readonly Dictionary<string, object> Small = new(StringComparer.Ordinal)
    {
        ["constyle-general"] = new ConStyleGeneralOptions { Dim = 8 },
        ["constyle-kbnet"] = new ConStyleKbNetOptions { Dim = 8, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1] },
        ["constyle-maxim"] = new ConStyleMaximOptions
        {
            Features = 8, BottleneckBlocks = 1, HighResolutionBlock = [4, 4], HighResolutionGrid = [4, 4],
            LowResolutionBlock = [2, 2], LowResolutionGrid = [2, 2],
        },
        ["constyle-nafnet"] = new ConStyleNafNetOptions { Dim = 8, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1] },
        ["constyle-restormer"] = new ConStyleRestormerOptions
        {
            Dim = 8, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1], RefinementBlocks = 1,
        },
        ["constyle-uformer"] = new ConStyleUformerOptions
        {
            Dim = 8, StageBlocks = [1, 1, 1, 1, 1, 1, 1], ImageSize = 32, WindowSize = 4, Heads = [1, 2, 2, 4, 2, 2, 1],
        },
    };

    private static readonly FeatureSpec[] PaperFeatures = [new(4, 2), new(5, 4), new(6, 8)];

    private readonly Components _components = new();

    public static TheoryData<string> Networks => [.. Small.Keys];

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_encoder_without_feature_maps_works_where_the_latent_alone_is_injected(string network)
        => ShouldTakeStyle(network, new([7], []), _components.Injection("latent"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_encoder_without_latents_works_where_feature_maps_alone_are_injected(string network)
        => ShouldTakeStyle(network, new([], PaperFeatures), _components.Injection("features"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_encoder_of_other_strides_works_where_the_latent_alone_is_injected(string network)
        => ShouldTakeStyle(network, new([7], [new(4, 4), new(5, 16)]), _components.Injection("latent"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_encoder_of_other_strides_works_where_the_injection_resamples(string network)
        => ShouldTakeStyle(network, new([], [new(4, 1), new(5, 4), new(6, 16)]), new ResamplingInjection());

    [Theory]
    [MemberData(nameof(Networks))]
    public void Further_feature_maps_than_the_network_has_levels_are_left_alone(string network)
        => ShouldTakeStyle(network, new([7], [.. PaperFeatures, new(9, 16)]), _components.Injection("paper"));

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_injection_may_change_feature_maps_and_add_no_channels(string network)
        => ShouldTakeStyle(network, new([7], PaperFeatures), new ModulatingInjection());

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_injection_of_nothing_asks_nothing_of_the_encoder(string network)
    {
        using var scope = NewDisposeScope();
        var backbone = _components.Backbone(network, Small[network], new([], []), _components.Injection("none"));
        backbone.Spec.RequiresStyle.ShouldBeFalse();
        backbone.Restore(rand(1, 3, 32, 32), null).shape.ShouldBe([1, 3, 32, 32]);
    }

    [Theory]
    [InlineData("paper", new[] { 4, 8, 16 }, "The encoder's feature maps have strides [4, 8, 16]; the injection needs 3, of strides 2, 4 and 8.")]
    [InlineData("features", new[] { 2, 4 }, "The encoder's feature maps have strides [2, 4]; the injection needs 3, of strides 2, 4 and 8.")]
    [InlineData("features", new int[0], "The encoder has no feature maps; the injection needs 3, of strides 2, 4 and 8.")]
    public void Feature_maps_that_are_needed_and_missing_are_told_with_a_way_out(string injection, int[] strides, string message)
    {
        var style = new StyleSpec([7], [.. strides.Select(stride => new FeatureSpec(4, stride))]);
        foreach (var network in Small.Keys)
        {
            var error = Should.Throw<IRConStyleException>(() => _components.Backbone(network, Small[network], style, _components.Injection(injection)));
            error.Message.ShouldBe(message, network);
            error.Remedy.ShouldNotBeNull().ShouldContain("'latent'");
        }
    }

    [Fact]
    public void Too_few_feature_maps_are_told_of_even_where_the_injection_resamples()
        => Should.Throw<IRConStyleException>(() => Points(new([], [new(4, 4)]), new ResamplingInjection()))
            .Message.ShouldBe("The encoder's feature maps have strides [4]; the injection needs 3, of any strides.");

    [Theory]
    [InlineData("paper")]
    [InlineData("latent")]
    public void A_latent_that_is_needed_and_missing_is_told_with_a_way_out(string injection)
    {
        foreach (var network in Small.Keys)
        {
            var error = Should.Throw<IRConStyleException>(
                () => _components.Backbone(network, Small[network], new([], PaperFeatures), _components.Injection(injection)));
            error.Message.ShouldBe("The encoder has no latent; the injection needs one.", network);
            error.Remedy.ShouldNotBeNull().ShouldContain("'features'");
        }
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(6)]
    [InlineData(16)]
    public void Added_channels_that_do_not_fit_are_refused(int added)
        => Should.Throw<IRConStyleException>(() => Points(new([7], PaperFeatures), new AddingInjection(added)))
            .Message.ShouldContain($"adds {added} channels behind downsampling 1");

    private static InjectionPoints Points(StyleSpec style, IStyleInjection injection)
        => new(8, _ => Layers.LeakyRelu(), new BackboneContext(null!, style, injection));

    /// <summary>The network restores, in training and without, and what the style is makes a difference.</summary>
    private void ShouldTakeStyle(string network, StyleSpec spec, IStyleInjection injection)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var backbone = _components.Backbone(network, Small[network], spec, injection);
        backbone.Module.eval();
        backbone.Spec.RequiresStyle.ShouldBeTrue();
        var encoder = new RandomEncoder(spec);
        var image = rand(1, 3, 32, 64);
        var (style, other) = (encoder.Encode(image), encoder.Encode(image));
        foreach (var recordGradients in new[] { true, false })
        {
            using var mode = set_grad_enabled(recordGradients);
            var restored = backbone.Restore(image, style);
            restored.shape.ShouldBe([1, 3, 32, 64]);
            restored.isfinite().all().item<bool>().ShouldBeTrue();
            (restored - backbone.Restore(image, other)).abs().max().item<float>().ShouldBeGreaterThan(0);
        }
    }

    /// <summary>Describes every image by other random values.</summary>
    private sealed class RandomEncoder(StyleSpec spec)
    {
        public StyleCode Encode(Tensor image)
        {
            var (count, height, width) = (image.shape[0], image.shape[2], image.shape[3]);
            return new(
                [.. spec.LatentSizes.Select(size => randn(count, size))],
                [.. spec.Features.Select(map => randn(count, map.Channels, Ceiling(height, map.Stride), Ceiling(width, map.Stride)))]);
        }

        private static long Ceiling(long size, int stride) => (size + stride - 1) / stride;
    }

    /// <summary>Brings the encoder's maps to the network's size and joins them.</summary>
    private sealed class ResamplingInjection : IStyleInjection
    {
        public bool ResamplesFeatures => true;

        public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request)
        {
            var project = nn.Conv2d(request.Source.Channels, request.Channels, 1);
            return new Point(request.Channels, [new($"project{request.Level}", project)], (feature, style) =>
            {
                using var projected = project.call(style.Features[request.Level]);
                using var resampled = nn.functional.interpolate(projected, feature.shape[2..], mode: InterpolationMode.Bilinear);
                return cat([feature, resampled], 1);
            });
        }

        public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => null;
    }

    /// <summary>Scales behind downsamplings; at the bottleneck it hands on what it gets.</summary>
    private sealed class ModulatingInjection : IStyleInjection
    {
        public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request)
            => new Point(0, [], (feature, style) => feature * style.Features[request.Level].mean());

        public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => new Point(0, [], (feature, _) => feature);
    }

    private sealed class AddingInjection(int channels) : IStyleInjection
    {
        public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => new Point(channels, [], (feature, _) => feature);

        public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => null;
    }

    private sealed class Point(int added, IReadOnlyList<NamedModule> modules, Func<Tensor, StyleCode, Tensor> inject) : IInjectionPoint
    {
        public IReadOnlyList<NamedModule> Modules => modules;

        public int AddedChannels => added;

        public Tensor Inject(Tensor feature, StyleCode style) => inject(feature, style);
    }
}
