using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

public class BackboneContractTests
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
    public void Images_of_a_batch_do_not_see_each_other(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        using var network = @case.Create();
        var batch = Input(network, 3);
        var together = network.Restore(batch);
        for (var i = 0; i < 3; i++)
            ContractHost.Difference(together.narrow(0, i, 1), network.Restore(batch.narrow(0, i, 1))).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_input_is_not_changed(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        using var network = @case.Create();
        var input = Input(network, 2);
        var before = input.clone();
        var restored = network.Restore(input);
        restored.add_(1);
        ContractHost.AreIdentical(input, before).ShouldBeTrue("neither restoring nor changing the result may reach the input");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_parameter_of_the_backbone_gets_a_gradient(NetworkCase @case)
    {
        // The few rectifiers of a small network may all be off for one draw of weights; others tell whether they can be on.
        IReadOnlyList<string> silent = SilentParameters(@case, seed: 1);
        for (var seed = 2; seed <= 8 && silent.Count > 0; seed++)
            silent = [.. silent.Intersect(SilentParameters(@case, seed))];
        silent.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Training_and_restoring_compute_the_same(NetworkCase @case)
    {
        using var scope = torch.NewDisposeScope();
        using var network = @case.Create();
        var input = Input(network, 2);
        var withGradient = network.Restore(input).detach();
        using var inference = torch.inference_mode();
        var peak = Math.Max(1, withGradient.abs().max().item<float>());
        ContractHost.Difference(network.Restore(input), withGradient).ShouldBeLessThan(1e-5 * peak);
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

    [Theory]
    [MemberData(nameof(Networks))]
    public void Training_passes_leave_no_tensors_behind(NetworkCase @case)
    {
        using var network = @case.Create();
        network.Train();
        using var input = Input(network, 2);
        ContractHost.ShouldKeepTensorCount(
            () =>
            {
                using var scope = torch.NewDisposeScope();
                network.Restore(input).square().sum().BackwardIfTrainable(network);
            },
            repetitions: 12);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Threads_share_a_network(NetworkCase @case)
    {
        using var network = @case.Create();
        using var input = Input(network, 1);
        using var expected = Restore();
        var runs = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => Enumerable.Range(0, 5).All(_ =>
            {
                using var restored = Restore();
                return ContractHost.AreIdentical(restored, expected);
            }),
            TaskCreationOptions.LongRunning));
        (await Task.WhenAll(runs)).ShouldAllBe(isSame => isSame);

        torch.Tensor Restore()
        {
            using var inference = torch.inference_mode();
            return network.Restore(input);
        }
    }

    /// <summary>The parameters without gradient, but for dormant ones, which must have none.</summary>
    private static List<string> SilentParameters(NetworkCase @case, int seed)
    {
        using var scope = torch.NewDisposeScope();
        using var network = @case.Create(seed);
        network.Train();
        var input = Input(network, 2);
        var restored = network.Restore(input);
        (restored - torch.rand_like(restored)).square().sum().BackwardIfTrainable(network);
        List<string> silent = [];
        foreach (var (name, parameter) in network.Backbone.Module.named_parameters())
        {
            var largest = parameter.grad?.abs().max().item<float>() ?? 0;
            float.IsFinite(largest).ShouldBeTrue(name);
            if (network.Backbone.IsDormant(name))
                largest.ShouldBe(0, $"{name} is said to be dormant");
            else if (largest == 0)
                silent.Add(name);
        }

        return silent;
    }

    /// <summary>Random images N×C×24×32, padded to what the backbone asks for.</summary>
    private static torch.Tensor Input(RestorationNetwork network, int count)
    {
        using var images = torch.rand(count, network.Backbone.Spec.InputChannels, 24, 32);
        return ImagePadding.ToMultiple(images, network.Backbone.Spec.SizeMultiple);
    }
}

file static class Extensions
{
    /// <summary>A network without parameters has nothing to go back through.</summary>
    public static void BackwardIfTrainable(this torch.Tensor loss, RestorationNetwork network)
    {
        if (network.Backbone.Module.parameters().Any())
            loss.backward();
    }
}
