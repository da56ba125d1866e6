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
            Follow(encoder);
            var output = encoder.EncodePair(reference.Read($"input/im_q_{call}"), reference.Read($"input/im_k_{call}"));
            encoder.Enqueue(output);

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
    public void Encoding_a_pair_moves_neither_queue_nor_momentum_encoder()
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8);
        // Without running statistics, which any network in training mode keeps.
        string[] still = [.. encoder.Module.state_dict().Keys.Where(name => encoder.IsTrainingState(name) && !IsStatistics(name))];
        var before = still.ToDictionary(name => name, name => encoder.Module.state_dict()[name].detach().clone());

        encoder.EncodePair(rand(3, 3, 16, 16), rand(3, 3, 16, 16));

        still.ShouldContain("queue");
        still.ShouldContain("queue_ptr");
        still.ShouldContain(name => name.StartsWith("encoder_k.", StringComparison.Ordinal));
        foreach (var name in still)
            encoder.Module.state_dict()[name].equal(before[name]).all().item<bool>().ShouldBeTrue(name);
    }

    [Theory]
    [InlineData(QueueContent.Queries)]
    [InlineData(QueueContent.Keys)]
    public void The_queue_is_a_ring_that_any_batch_wraps_around(QueueContent content)
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8, content);
        var state = encoder.Module.state_dict();
        var (queue, pointer) = (state["queue"], state["queue_ptr"]);
        var expected = queue.t().unbind(0).Select(column => column.clone()).ToArray();
        var next = 0;
        for (var step = 0; step < 4; step++)
        {
            var output = encoder.EncodePair(rand(3, 3, 16, 16), rand(3, 3, 16, 16));
            var entering = content is QueueContent.Keys ? output.PositiveKey : output.Query.Latents[^1].detach();
            encoder.Enqueue(output);
            foreach (var latent in entering.unbind(0))
                expected[next++ % 8] = latent;

            queue.t().equal(stack(expected)).all().item<bool>().ShouldBeTrue($"queue after step {step}");
            pointer.item<long>().ShouldBe(next % 8);
        }
    }

    [Fact]
    public void Negatives_wrap_around_the_ring_as_well()
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8);
        var state = encoder.Module.state_dict();
        state["queue_ptr"].fill_(4);

        var output = encoder.EncodePair(rand(3, 3, 16, 16), rand(3, 3, 16, 16));

        var columns = state["queue"].t();
        output.Negatives[1].equal(columns[tensor(new long[] { 4, 5, 6 })]).all().item<bool>().ShouldBeTrue();
        output.Negatives[0].equal(columns[tensor(new long[] { 7, 0, 1 })]).all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Logits_are_made_of_the_queue_before_the_batch_enters_it()
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8);
        var queue = encoder.Module.state_dict()["queue"].clone();

        var output = encoder.EncodePair(rand(8, 3, 16, 16), rand(8, 3, 16, 16));
        var logits = output.Logits.detach().clone();
        encoder.Enqueue(output);

        logits[TensorIndex.Colon, TensorIndex.Slice(1)].allclose(output.Query.Latents[^1].detach().mm(queue) / 0.07, 1e-5, 1e-4).ShouldBeTrue();
        encoder.Module.state_dict()["queue"].equal(queue).any().item<bool>().ShouldBeFalse();
    }

    [Fact]
    public void Following_moves_every_key_towards_its_query()
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8);
        encoder.Followers.Count.ShouldBe(encoder.Module.named_parameters().Count(entry => entry.name.StartsWith("encoder_k.", StringComparison.Ordinal)));
        using (no_grad())
            foreach (var pair in encoder.Followers)
                pair.Leader.add_(1);
        var expected = encoder.Followers.Select(pair => pair.Follower.detach() + (1 - encoder.Momentum)).ToArray();

        Follow(encoder);

        encoder.Followers.Zip(expected).ShouldAllBe(pair => pair.First.Follower.allclose(pair.Second, 1e-5, 1e-6));
    }

    [Fact]
    public void A_batch_longer_than_the_queue_is_refused_with_both_numbers()
    {
        using var scope = NewDisposeScope();
        var encoder = Encoder(queueLength: 8);

        var error = Should.Throw<IRConStyleException>(() => encoder.EncodePair(rand(9, 3, 16, 16), rand(9, 3, 16, 16)));

        error.Message.ShouldContain("QueueLength 8");
        error.Message.ShouldContain("9");
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

    private IContrastiveStyleEncoder Encoder(int queueLength, QueueContent queue = QueueContent.Queries)
    {
        var encoder = (IContrastiveStyleEncoder)_components.Encoder(
            training: true, new MomentumContrastOptions { QueueLength = queueLength, Queue = queue });
        encoder.Module.train();
        return encoder;
    }

    /// <summary>What the engine does before a step, parameter by parameter.</summary>
    private static void Follow(IContrastiveStyleEncoder encoder)
    {
        using var noGrad = no_grad();
        foreach (var (leader, follower) in encoder.Followers)
            follower.mul_(encoder.Momentum).add_(leader, 1 - encoder.Momentum);
    }

    private static bool IsStatistics(string name)
        => name.Contains("running_", StringComparison.Ordinal) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

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
