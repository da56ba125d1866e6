using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Tiling;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>The engine with every network; what holds for a backbone by itself is <see cref="Testing.Contracts.BackboneContract"/>.</summary>
public class RestoredNetworkTests
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (3, 5), (17, 23), (40, 24)];

    public static TheoryData<NetworkCase> Networks => NetworkCase.All();

    [Theory]
    [MemberData(nameof(Networks))]
    public void Images_of_any_size_keep_their_size(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var network = @case.Create();
        var restorer = ContractHost.Restorer(network);
        foreach (var (height, width) in Sizes)
        {
            var restored = restorer.Restore(torch.rand(3, height, width));
            restored.shape.ShouldBe([3, height, width]);
            ContractHost.IsFinite(restored).ShouldBeTrue($"{height}×{width}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_grey_image_stays_grey(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var network = @case.Create();
        ContractHost.Restorer(network).Restore(torch.rand(1, 9, 12)).shape.ShouldBe([1, 9, 12]);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Saved_weights_make_another_instance_the_same(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        using var directory = new TemporaryDirectory();
        using var network = @case.Create(seed: 1);
        using var other = @case.Create(seed: 2);
        var path = directory.File("weights.safetensors");
        WeightsFile.Save(path, [.. network.State().Select(entry => (entry.Name, entry.Value))], @case.Options(), 0);
        WeightsFile.Load(path, other);

        var input = Input(network, 1);
        ContractHost.AreIdentical(other.Restore(input), network.Restore(input)).ShouldBeTrue();
        var described = WeightsFile.ReadPipeline(path).ShouldNotBeNull();
        (described.Backbone.Name, described.Encoder?.Name).ShouldBe((@case.Backbone, @case.Encoder));
        using var rebuilt = ContractHost.Pipelines.CreateNetwork(described, training: false);
        rebuilt.State().Select(entry => entry.Name).ShouldBe(network.State().Select(entry => entry.Name));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Restoring_leaves_no_tensors_behind(NetworkCase @case)
    {
        using var network = @case.Create();
        using var image = torch.rand(3, 13, 16);
        var restorer = ContractHost.Restorer(network);
        ContractHost.ShouldKeepTensorCount(() => restorer.Restore(image).Dispose());
    }

    /// <summary>Random images N×C×24×32, padded to what the backbone asks for.</summary>
    private static torch.Tensor Input(RestorationNetwork network, int count)
    {
        using var images = torch.rand(count, network.Backbone.Spec.InputChannels, 24, 32);
        return ImagePadding.ToMultiple(images, network.Backbone.Spec.SizeMultiple);
    }
}
