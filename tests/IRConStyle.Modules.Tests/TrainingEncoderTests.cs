using System.Globalization;
using System.Text.Json;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>The training side of the encoder: momentum, queue, negatives and logits.</summary>
public sealed class TrainingEncoderTests
{
    private readonly Components _components = new();

    [SkippableFact]
    public void Four_training_passes_agree_with_the_authors()
    {
        using var reference = new ReferenceFile(SharedData.Shared("reference", "train", "constyle_train_forward.safetensors"));
        using var shared = new ReferenceFile(SharedData.Shared("reference", "arch", "constyle_encoder.safetensors"));
        using var scope = NewDisposeScope();
        var encoder = (IContrastiveStyleEncoder)_components.Encoder(training: true, Options(reference.Arguments));
        LoadStart(encoder.Module, reference, shared);
        encoder.Module.train();

        for (var call = 0; call < 4; call++)
        {
            var output = encoder.EncodePair(reference.Read($"input/im_q_{call}"), reference.Read($"input/im_k_{call}"));

            reference.ShouldAgree(output.Query.Latents[0], $"q0_{call}");
            reference.ShouldAgree(output.Query.Latents[1], $"q1_{call}");
            reference.ShouldAgree(output.PositiveKey, $"k1_{call}");
            reference.ShouldAgree(output.Negatives[0], $"neg0_{call}");
            reference.ShouldAgree(output.Negatives[1], $"neg1_{call}");
            reference.ShouldAgree(output.Logits, $"logits_{call}");
            output.Labels.data<long>().ToArray().ShouldBe(reference.Read($"expected/labels_{call}").data<long>().ToArray());
            var state = encoder.Module.state_dict();
            reference.ShouldAgree(state["queue"], $"queue_after_{call}");
            state["queue_ptr"].item<long>().ShouldBe(reference.Read($"expected/queue_ptr_after_{call}").item<long>());
        }

        var after = encoder.Module.state_dict();
        foreach (var name in reference.Names("expected_f64/state_after/").Where(name => !name.Contains('@', StringComparison.Ordinal)))
            reference.ShouldAgree(after[name], "state_after/" + name);
    }

    [Fact]
    public void The_momentum_encoder_starts_as_a_copy_and_never_gets_a_gradient()
    {
        using var scope = NewDisposeScope();
        var encoder = (IContrastiveStyleEncoder)_components.Encoder(training: true, new MomentumContrastOptions { QueueLength = 8 });
        var parameters = encoder.Module.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var (name, key) in parameters.Where(entry => entry.Key.StartsWith("encoder_k.", StringComparison.Ordinal)))
        {
            key.requires_grad.ShouldBeFalse(name);
            key.equal(parameters["encoder_q" + name["encoder_k".Length..]]).all().item<bool>().ShouldBeTrue(name);
        }

        var output = encoder.EncodePair(rand(4, 3, 16, 16), rand(4, 3, 16, 16));
        // The queue has changed since; the backward pass must still see what the logits were made from.
        using var loss = _components.Loss("infonce").Compute(output);
        loss.backward();

        foreach (var (name, parameter) in parameters)
            (parameter.grad is not null).ShouldBe(name.StartsWith("encoder_q.", StringComparison.Ordinal), name);
    }

    [Fact]
    public void Names_needed_for_training_alone_are_told_apart()
    {
        using var scope = NewDisposeScope();
        var training = (IContrastiveStyleEncoder)_components.Encoder(training: true, new MomentumContrastOptions { QueueLength = 8 });
        var restoring = _components.Encoder();

        restoring.ShouldNotBeAssignableTo<IContrastiveStyleEncoder>();
        training.Module.state_dict().Keys.Where(name => !training.IsTrainingState(name))
            .ShouldBe(restoring.Module.state_dict().Keys, ignoreOrder: true);
        training.Module.state_dict().Keys.Where(training.IsTrainingState).ShouldContain("queue_ptr");
    }

    [Fact]
    public void A_batch_that_does_not_divide_the_queue_is_refused_with_both_numbers()
    {
        using var scope = NewDisposeScope();
        var encoder = (IContrastiveStyleEncoder)_components.Encoder(training: true, new MomentumContrastOptions { QueueLength = 8 });

        var error = Should.Throw<IRConStyleException>(() => encoder.EncodePair(rand(3, 3, 16, 16), rand(3, 3, 16, 16)));

        error.Message.ShouldContain("8");
        error.Message.ShouldContain("3");
    }

    [Fact]
    public void Losses_of_known_latents_have_known_values()
    {
        using var scope = NewDisposeScope();
        var ones = full(2, 4, 1.0f);
        var twos = full(2, 4, 2.0f);
        var output = new ContrastiveOutput(
            new StyleCode([ones, twos], []), twos + 3, [twos, twos], zeros(2, 5), zeros(2, ScalarType.Int64));

        // Gram matrices x·xᵀ/8 of ones are 0.5, of twos 2: the first latent differs by 1.5, the second not at all.
        _components.Loss("style").Compute(output).item<float>().ShouldBe(-2.25f, 1e-6f);
        _components.Loss("content").Compute(output).item<float>().ShouldBe(9f, 1e-6f);
        _components.Loss("infonce").Compute(output).item<float>().ShouldBe(MathF.Log(5), 1e-6f);
    }

    private static MomentumContrastOptions Options(Dictionary<string, JsonElement> arguments) => new()
    {
        QueueLength = arguments["K"].GetInt32(),
        Momentum = arguments["m"].GetDouble(),
        Temperature = arguments["T"].GetDouble(),
    };

    /// <summary>Weights of this file first, then the shared ones, of which the key encoder has three quarters.</summary>
    private static void LoadStart(nn.Module module, ReferenceFile reference, ReferenceFile shared)
    {
        using var noGrad = no_grad();
        var parameters = module.named_parameters().Select(entry => entry.name).ToHashSet();
        var state = module.state_dict();
        var own = reference.Names("weights/").ToHashSet();
        foreach (var (name, target) in state.OrderByDescending(entry => entry.Key, StringComparer.Ordinal))
        {
            if (own.Contains(name))
                target.copy_(reference.Read("weights/" + name));
            else if (name.StartsWith("encoder_q.", StringComparison.Ordinal))
                target.copy_(shared.Read("weights/" + name));
            else if (parameters.Contains(name))
                target.copy_(state["encoder_q" + name["encoder_k".Length..]] * 0.75);
            else
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name} has no start value."));
        }
    }
}
