using IRConStyle.Abstractions;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Parity;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>The stories of samples/FfdnetPlugin and samples/PrenetPlugin: a third party's network, written anew.</summary>
public sealed class SampleTests
{
    /// <summary>Against an independent computation of the papers' formulas in float64.</summary>
    [Theory]
    [InlineData("FFDNet", "ffdnet")]
    [InlineData("PReNet", "prenet")]
    public void A_sample_network_computes_the_formulas_of_its_paper(string reference, string component)
    {
        var result = ContractHost.Parity.Check(SharedData.Golden("samples", $"{reference}.safetensors"));
        result.Reason.ShouldBeNull();
        result.Component.ShouldBe(component);
        result.Groups.ShouldAllBe(group => group.Passed);
        result.Status.ShouldBe(ParityStatus.Passed);
    }

    /// <summary>All weights zero but two: the noise channel goes to the first of the four pixels of red.</summary>
    [Fact]
    public void Ffdnet_sees_the_noise_level_as_its_last_channel()
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network("ffdnet", ("Width", 1), ("Depth", 2), ("NoiseLevel", 51));
        Set(network, "model.0.weight", [0, 12, 1, 1], 1);
        Set(network, "model.2.weight", [0, 0, 1, 1], 1);
        var expected = torch.zeros(2, 3, 5, 7);
        for (var row = 0; row < 5; row += 2)
            for (var column = 0; column < 7; column += 2)
                expected[.., 0, row, column] = 51f / 255;

        ContractHost.Difference(network.Restore(torch.rand(2, 3, 5, 7)), expected).ShouldBeLessThan(1e-7);
    }

    /// <summary>
    /// All weights zero but two, so every gate is half open: after T passes the memory holds tanh(1)·(1 − 2⁻ᵀ), of which
    /// tanh, halved, is added once to red.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void Prenet_remembers_from_pass_to_pass_and_adds_to_the_degraded_image(int passes)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network("prenet", ("Width", 1), ("ResidualBlocks", 1), ("Passes", passes));
        Set(network, "conv_g.0.bias", [0], 1);
        Set(network, "conv.0.weight", [0, 0, 1, 1], 1);
        var image = torch.rand(1, 3, 4, 3);
        var expected = image.clone();
        expected.select(1, 0).add_(0.5 * Math.Tanh(Math.Tanh(1) * (1 - Math.Pow(2, -passes))));

        ContractHost.Difference(network.Restore(image), expected).ShouldBeLessThan(1e-6);
    }

    private static RestorationNetwork Network(string backbone, params (string Key, object? Value)[] options)
    {
        var network = ContractHost.Pipelines.CreateNetwork(
            new PipelineOptions { Backbone = ComponentOptions.Of(backbone, options) }, training: false);
        using var noGrad = torch.no_grad();
        foreach (var (_, value, _) in network.State())
            value.zero_();
        return network;
    }

    private static void Set(RestorationNetwork network, string name, long[] index, float value)
    {
        using var noGrad = torch.no_grad();
        network.State().Single(entry => entry.Name == name).Value[[.. index.Select(i => torch.TensorIndex.Single(i))]] = value;
    }
}
