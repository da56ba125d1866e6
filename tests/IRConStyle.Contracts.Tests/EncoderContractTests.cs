using IRConStyle.Abstractions;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

public class EncoderContractTests
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (3, 5), (17, 23), (40, 24)];

    public static TheoryData<string> Encoders => ContractHost.NamesOf<IStyleEncoder>();

    [Theory]
    [MemberData(nameof(Encoders))]
    public void A_style_code_has_the_shape_the_encoder_states(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var encoder = Create(name);
        using var module = encoder.Module;
        foreach (var (height, width) in Sizes)
        {
            var style = encoder.Encode(torch.rand(2, 3, height, width));
            style.Latents.Select(latent => latent.shape).ShouldBe(encoder.Spec.LatentSizes.Select(size => new long[] { 2, size }));
            style.Features.Select(feature => feature.shape).ShouldBe(encoder.Spec.Features.Select(
                spec => new long[] { 2, spec.Channels, Ceiling(height, spec.Stride), Ceiling(width, spec.Stride) }));
            All(style).ShouldAllBe(tensor => ContractHost.IsFinite(tensor));
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Images_of_a_batch_do_not_see_each_other(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var encoder = Create(name);
        using var module = encoder.Module;
        var batch = torch.rand(3, 3, 24, 32);
        var together = All(encoder.Encode(batch));
        for (var i = 0; i < 3; i++)
            foreach (var (whole, single) in together.Zip(All(encoder.Encode(batch.narrow(0, i, 1)))))
                ContractHost.Difference(whole.narrow(0, i, 1), single).ShouldBeLessThan(1e-5);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Every_parameter_gets_a_gradient(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        module.train();
        All(encoder.Encode(torch.rand(2, 3, 24, 32))).Select(tensor => (tensor - torch.rand_like(tensor)).square().sum())
            .Aggregate((sum, term) => sum + term).backward();
        foreach (var (parameterName, parameter) in module.named_parameters())
        {
            var gradient = parameter.grad.ShouldNotBeNull(parameterName);
            ContractHost.IsFinite(gradient).ShouldBeTrue(parameterName);
            gradient.abs().max().item<float>().ShouldBeGreaterThan(0, parameterName);
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Encoding_changes_neither_the_image_nor_the_encoder(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var encoder = Create(name);
        using var module = encoder.Module;
        var image = torch.rand(1, 3, 17, 23);
        var before = image.clone();
        var state = module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        encoder.Encode(image);
        ContractHost.AreIdentical(image, before).ShouldBeTrue();
        module.state_dict().ShouldAllBe(entry => ContractHost.AreIdentical(entry.Value, state[entry.Key]));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Encoding_leaves_no_tensors_behind(string name)
    {
        var encoder = Create(name);
        using var module = encoder.Module;
        using var image = torch.rand(1, 3, 16, 16);
        ContractHost.ShouldKeepTensorCount(() =>
        {
            using var inference = torch.inference_mode();
            foreach (var tensor in All(encoder.Encode(image)))
                tensor.Dispose();
        });
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public async Task Threads_share_an_encoder(string name)
    {
        var encoder = Create(name);
        using var module = encoder.Module;
        using var image = torch.rand(1, 3, 24, 32);
        var expected = Encode();
        var runs = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => Enumerable.Range(0, 5).All(_ => Encode().Zip(expected).All(pair => ContractHost.AreIdentical(pair.First, pair.Second))),
            TaskCreationOptions.LongRunning));
        (await Task.WhenAll(runs)).ShouldAllBe(isSame => isSame);

        torch.Tensor[] Encode()
        {
            using var inference = torch.inference_mode();
            return All(encoder.Encode(image));
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void What_restoring_needs_has_the_same_names_in_training(string name)
    {
        var encoder = Create(name);
        var training = ContractHost.CreateEncoder(name, training: true);
        using var module = encoder.Module;
        using var trainingModule = training.Module;
        var contrastive = training as IContrastiveStyleEncoder;
        trainingModule.state_dict().Keys.Where(state => contrastive?.IsTrainingState(state) != true).Order()
            .ShouldBe(module.state_dict().Keys.Order());
        training.StatePrefix.ShouldBe(encoder.StatePrefix);
    }

    private static IStyleEncoder Create(string name)
    {
        torch.random.manual_seed(1);
        var encoder = ContractHost.CreateEncoder(name, training: false);
        ContractHost.Disturb(encoder.Module);
        encoder.Module.eval();
        return encoder;
    }

    private static torch.Tensor[] All(StyleCode style) => [.. style.Tensors()];

    private static int Ceiling(int size, int stride) => (size + stride - 1) / stride;
}
