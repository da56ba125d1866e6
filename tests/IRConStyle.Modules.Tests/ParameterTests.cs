using IRConStyle.Abstractions;
using IRConStyle.Plugins.General;
using IRConStyle.Plugins.KBNet;
using IRConStyle.Plugins.NAFNet;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>How many parameters there are, which exist, and that each of them learns.</summary>
public sealed class ParameterTests
{
    private readonly Components _components = new();

    [Theory]
    [InlineData("constyle-nafnet", 12_739_872)]
    [InlineData("constyle-general", 6_782_499)]
    [InlineData("constyle-kbnet", 7_094_128)]
    public void A_styled_network_and_its_encoder_have_the_published_size(string name, long expected)
    {
        using var encoder = _components.Encoder().Module;
        using var network = Styled(name, "paper").Module;

        (Count(encoder) + Count(network)).ShouldBe(expected);
    }

    [Fact]
    public void ConStyle_KBNet_with_two_blocks_per_stage_has_the_size_of_the_second_version()
    {
        using var encoder = _components.Encoder().Module;
        var options = new ConStyleKbNetOptions { EncoderBlocks = [2, 2, 2], BottleneckBlocks = 2, DecoderBlocks = [2, 2, 2] };
        using var network = Styled("constyle-kbnet", "paper", options).Module;

        (Count(encoder) + Count(network)).ShouldBe(5_074_928);
    }

    [Theory]
    [InlineData("nafnet", 87_404_483)]
    [InlineData("kbnet", 130_249_283)]
    [InlineData("general", 5_032_995)]
    [InlineData("identity", 0)]
    public void A_network_without_style_has_the_published_size(string name, long expected)
    {
        using var network = _components.Backbone(name).Module;

        Count(network).ShouldBe(expected);
    }

    [Theory]
    [InlineData(false, 1_190_832)]
    [InlineData(true, 2_381_664)]
    public void The_encoder_has_the_published_size(bool training, long expected)
    {
        using var encoder = _components.Encoder(training).Module;

        Count(encoder).ShouldBe(expected);
    }

    [Theory]
    [InlineData("paper", true, true)]
    [InlineData("features", true, false)]
    [InlineData("latent", false, true)]
    [InlineData("none", false, false)]
    public void An_injection_variant_has_its_own_parameters_alone_and_all_of_them_learn(string injection, bool features, bool latent)
    {
        using var scope = NewDisposeScope();
        var encoder = _components.Encoder();
        encoder.Module.eval();
        foreach (var (backbone, options) in Small())
        {
            var network = Styled(backbone, injection, options);
            Randomize(network.Module);
            network.Spec.RequiresStyle.ShouldBe(features || latent);
            var names = network.Module.named_parameters().Select(entry => entry.name).ToArray();
            names.Any(name => name.StartsWith("AffineTransform", StringComparison.Ordinal)).ShouldBe(features);
            names.Any(name => name.StartsWith("mlp.", StringComparison.Ordinal)).ShouldBe(latent);

            var image = rand(2, 3, 16, 24);
            var style = network.Spec.RequiresStyle ? encoder.Encode(image) : null;
            using var restored = network.Restore(image, style);
            restored.shape.ShouldBe(image.shape);
            restored.square().mean().backward();

            foreach (var (name, parameter) in network.Module.named_parameters())
            {
                parameter.grad.ShouldNotBeNull(name);
                parameter.grad.abs().sum().item<float>().ShouldBeGreaterThan(0, $"{backbone} {name}");
            }
        }
    }

    [Fact]
    public void Without_an_encoder_a_styled_network_equals_injection_none()
    {
        using var alone = _components.Backbone("constyle-general", new ConStyleGeneralOptions { Dim = 8 }).Module;
        using var none = Styled("constyle-general", "none", new ConStyleGeneralOptions { Dim = 8 }).Module;

        Shapes(alone).ShouldBe(Shapes(none));

        static IEnumerable<string> Shapes(nn.Module module) =>
            module.state_dict().Select(entry => $"{entry.Key} {string.Join('x', entry.Value.shape)}");
    }

    [Fact]
    public void A_width_that_cannot_be_split_is_refused() =>
        Should.Throw<IRConStyleException>(() => Styled("constyle-general", "paper", new ConStyleGeneralOptions { Dim = 6 }))
            .Message.ShouldContain("6");

    [Fact]
    public void Block_numbers_that_do_not_fit_are_refused_by_name() =>
        Should.Throw<IRConStyleException>(
                () => Styled("constyle-nafnet", "paper", new ConStyleNafNetOptions { Dim = 4, DecoderBlocks = [1, 2] }))
            .Message.ShouldContain("DecoderBlocks");

    [Fact]
    public void The_identity_returns_a_copy()
    {
        using var scope = NewDisposeScope();
        var image = rand(1, 3, 5, 7);

        var restored = _components.Backbone("identity").Restore(image, null);

        restored.equal(image).all().item<bool>().ShouldBeTrue();
        restored.zero_();
        image.sum().item<float>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Two_threads_restore_at_once_as_one_does()
    {
        using var scope = NewDisposeScope();
        var encoder = _components.Encoder();
        encoder.Module.eval();
        foreach (var (backbone, options) in Small())
        {
            var network = Styled(backbone, "paper", options);
            Randomize(network.Module);
            var images = Enumerable.Range(0, 4).Select(_ => rand(1, 3, 16, 16).DetachFromDisposeScope()).ToArray();
            var results = images.Select(Restore).ToArray();

            Parallel.For(0, 16, index =>
            {
                using var again = Restore(images[index % 4]);
                again.equal(results[index % 4]).all().item<bool>().ShouldBeTrue();
            });

            Tensor Restore(Tensor image)
            {
                using var noGrad = no_grad();
                using var inner = NewDisposeScope();
                return network.Restore(image, encoder.Encode(image)).DetachFromDisposeScope();
            }
        }
    }

    private static (string Name, object Options)[] Small() =>
    [
        ("constyle-nafnet", new ConStyleNafNetOptions { Dim = 8, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1] }),
        ("constyle-general", new ConStyleGeneralOptions { Dim = 8, Bias = true }),
        ("constyle-kbnet", new ConStyleKbNetOptions { Dim = 8, EncoderBlocks = [1, 1, 1], BottleneckBlocks = 1, DecoderBlocks = [1, 1, 1] }),
    ];

    private static long Count(nn.Module module) => module.parameters().Sum(parameter => parameter.numel());

    /// <summary>NAF blocks start as the identity, through which nothing else would learn at first.</summary>
    private static void Randomize(nn.Module module)
    {
        using var noGrad = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
            if (name.EndsWith("beta", StringComparison.Ordinal) || name.EndsWith("gamma", StringComparison.Ordinal))
                parameter.uniform_(0.5, 1.0);
    }

    private IBackbone Styled(string name, string injection, object? options = null) =>
        _components.Backbone(name, options, StyleSpecOfEncoder(), _components.Injection(injection));

    private static StyleSpec StyleSpecOfEncoder() => new([128, 128], [new(32, 2), new(64, 4), new(128, 8)]);
}
