using IRConStyle.Abstractions;
using IRConStyle.Training.Optimization;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

public class ContrastiveEncoderContractTests
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
    public void A_pair_gives_what_the_losses_need(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        var output = encoder.EncodePair(torch.rand(Batch, 3, 16, 16), torch.rand(Batch, 3, 16, 16));
        var size = encoder.Spec.LatentSizes[^1];
        output.Query.Latents.ShouldAllBe(latent => latent.requires_grad);
        output.PositiveKey.shape.ShouldBe([Batch, size]);
        output.Negatives.Select(negative => negative.shape).ShouldBe(encoder.Spec.LatentSizes.Select(length => new long[] { Batch, length }));
        output.Logits.shape[0].ShouldBe(Batch);
        output.Logits.shape[1].ShouldBeGreaterThan(1);
        output.Labels.data<long>().ToArray().ShouldAllBe(label => label == 0);
        output.Negatives.Append(output.PositiveKey).ShouldAllBe(tensor => !tensor.requires_grad);
    }

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
    [MemberData(nameof(Encoders))]
    public void Encoding_a_pair_moves_no_parameter_and_no_queue(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        ContractHost.Disturb(module);
        var (degraded, clean) = (torch.rand(Batch, 3, 16, 16), torch.rand(Batch, 3, 16, 16));
        var first = encoder.EncodePair(degraded, clean);
        var second = encoder.EncodePair(degraded, clean);
        // Batch statistics are used while training, so that nothing may differ unless something moved.
        first.Negatives.Append(first.Logits).Zip(second.Negatives.Append(second.Logits))
            .ShouldAllBe(pair => ContractHost.AreIdentical(pair.First, pair.Second));
        encoder.Enqueue(second);
        ContractHost.AreIdentical(encoder.EncodePair(degraded, clean).Logits, first.Logits).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Followers_are_copies_without_gradient_of_other_parameters(string name)
    {
        var encoder = Create(name);
        using var module = encoder.Module;
        encoder.Followers.ShouldNotBeEmpty();
        encoder.Momentum.ShouldBeInRange(0, 1);
        foreach (var (leader, follower) in encoder.Followers)
        {
            leader.requires_grad.ShouldBeTrue();
            follower.requires_grad.ShouldBeFalse();
            ReferenceEquals(leader, follower).ShouldBeFalse();
            ContractHost.AreIdentical(leader, follower).ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void The_queue_takes_batches_that_do_not_divide_it(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        // Twelve batches go around the ring more than once, whatever its length below 60.
        for (var step = 0; step < 12; step++)
            encoder.Enqueue(encoder.EncodePair(torch.rand(5, 3, 16, 16), torch.rand(5, 3, 16, 16)));
        ContractHost.IsFinite(encoder.EncodePair(torch.rand(5, 3, 16, 16), torch.rand(5, 3, 16, 16)).Logits).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Gradients_reach_the_query_side_alone(string name)
    {
        using var scope = torch.NewDisposeScope();
        var encoder = Create(name);
        using var module = encoder.Module;
        var output = encoder.EncodePair(torch.rand(Batch, 3, 16, 16), torch.rand(Batch, 3, 16, 16));
        output.Query.Tensors().Append(output.Logits)
            .Select(tensor => tensor.square().sum()).Aggregate((sum, term) => sum + term).backward();
        foreach (var (parameterName, parameter) in module.named_parameters())
        {
            var hasGradient = parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0;
            hasGradient.ShouldBe(!encoder.IsTrainingState(parameterName), parameterName);
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Steps_leave_no_tensors_behind(string name)
    {
        var encoder = Create(name);
        using var module = encoder.Module;
        using var degraded = torch.rand(Batch, 3, 16, 16);
        using var clean = torch.rand(Batch, 3, 16, 16);
        ContractHost.ShouldKeepTensorCount(() =>
        {
            using var scope = torch.NewDisposeScope();
            var output = encoder.EncodePair(degraded, clean);
            output.Logits.square().sum().backward();
            encoder.Enqueue(output);
        });
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
