using IRConStyle.Abstractions;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>Every encoder in the engine's hands; by itself it is to keep <see cref="Testing.Contracts.ContrastiveEncoderContract"/>.</summary>
public class ContrastiveTrainingTests
{
    private const int Batch = 4;

    public static TheoryData<string> Encoders
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var name in ContractHost.Plugins.NamesOf(typeof(IStyleEncoder)))
            {
                var encoder = ContractHost.CreateEncoder(name, training: true);
                using var module = encoder.Module;
                if (encoder is IContrastiveStyleEncoder)
                    names.Add(name);
            }

            return names;
        }
    }

    public static TheoryData<string> Losses => ContractHost.NamesOf<IContrastiveLoss>();

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Each_step_moves_the_training_state(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        // The keys follow the query network, so it must have moved since they were copied from it.
        ContractHost.Disturb(module);
        using var followers = new MomentumEncoder(encoder);
        var trainingOnly = module.state_dict().Where(entry => encoder.IsTrainingState(entry.Key)).ToArray();
        trainingOnly.ShouldNotBeEmpty();
        for (var step = 0; step < 2; step++)
        {
            var before = trainingOnly.Select(entry => entry.Value.detach().clone()).ToArray();
            followers.Follow();
            encoder.Enqueue(encoder.EncodePair(torch.rand(Batch, 3, 16, 16), torch.rand(Batch, 3, 16, 16)));
            trainingOnly.Zip(before).Where(pair => ContractHost.AreIdentical(pair.First.Value, pair.Second))
                .Select(pair => pair.First.Key).ShouldBeEmpty($"state that stood still in step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Contrastive_losses_are_finite_scalars_with_finite_gradients(string name)
    {
        foreach (string encoderName in Encoders)
        {
            using var scope = torch.NewDisposeScope();
            var encoder = Create(encoderName);
            using var module = encoder.Module;
            var loss = ContractHost.Create<IContrastiveLoss>(name)
                .Compute(encoder.EncodePair(torch.rand(Batch, 3, 16, 16), torch.rand(Batch, 3, 16, 16)));
            loss.numel().ShouldBe(1);
            ContractHost.IsFinite(loss).ShouldBeTrue();
            loss.backward();
            var gradients = module.parameters().Select(parameter => parameter.grad).OfType<torch.Tensor>().ToArray();
            gradients.ShouldNotBeEmpty();
            gradients.ShouldAllBe(gradient => ContractHost.IsFinite(gradient));
            gradients.Any(gradient => gradient.abs().max().item<float>() > 0).ShouldBeTrue();
        }
    }

    private static IContrastiveStyleEncoder Create(string name)
    {
        torch.random.manual_seed(1);
        var encoder = (IContrastiveStyleEncoder)ContractHost.CreateEncoder(name, training: true);
        encoder.Module.train();
        return encoder;
    }
}
