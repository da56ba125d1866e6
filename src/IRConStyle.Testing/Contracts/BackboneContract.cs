using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IBackbone"/>, with style or without, for grey, colour or other channels.</summary>
public static class BackboneContract
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (3, 5), (17, 23), (40, 24)];

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IBackbone, BackboneUnderTest>(
        StatesWhatItTakes, KeepsTheSize, GivesTheSameTwice, KeepsImagesOfABatchApart, LeavesItsInputAlone, TrainsEveryParameter,
        ComputesTheSameWithGradients, LoadsWhatItSaved, LeavesNoTensorsBehind, LeavesNoTensorsBehindInTraining, WorksOnSeveralThreads);

    /// <summary>Channels and size multiple are possible ones, and style is asked for only where there is some.</summary>
    /// <param name="subject">The backbone.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void StatesWhatItTakes(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var trained = Build(subject);
        var spec = trained.Backbone.Spec;
        Require.That(
            spec is { InputChannels: > 0, OutputChannels: > 0, SizeMultiple: > 0 },
            $"its Spec says {spec.InputChannels} channels in, {spec.OutputChannels} out, sizes in multiples of {spec.SizeMultiple}",
            "Each is 1 or more; a network that takes any size has SizeMultiple 1.");
        Require.That(
            subject.Style is not null || !spec.RequiresStyle,
            "it asks for a style code and was built without an encoder",
            "Set RequiresStyle only if BackboneContext.Style is there and the injection made a point.");
    }

    /// <summary>The restored image has the size of the degraded one, whatever it is.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void KeepsTheSize(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        using var network = Build(subject);
        foreach (var (height, width) in Sizes)
        {
            var input = network.Draw(2, height, width);
            var restored = network.Restore(input);
            var what = $"the result for an image of {Tensors.Text(input.Images)}";
            Require.Shape(
                restored, what, "Return N×OutputChannels×H×W: the engine pads to SizeMultiple before and crops behind.",
                2, network.Backbone.Spec.OutputChannels, input.Images.shape[2], input.Images.shape[3]);
            Require.Float32(restored, what);
            Require.Finite(restored, what);
        }
    }

    /// <summary>In evaluation, the same image gives the same result.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void GivesTheSameTwice(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        using var network = Build(subject);
        var input = network.Draw(1);
        Require.Same(
            network.Restore(input), network.Restore(input), "the same image gave two results in evaluation",
            "Draw nothing at random after Module.eval(): dropout layers are children of the module and registered.");
    }

    /// <summary>An image is restored alike alone and in a batch.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void KeepsImagesOfABatchApart(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        using var network = Build(subject);
        var batch = network.Draw(3);
        var together = network.Restore(batch);
        for (var i = 0; i < 3; i++)
            Require.Close(
                together.narrow(0, i, 1), network.Restore(batch[i]), "an image is restored otherwise in a batch than alone",
                "Take means and norms over channels and pixels, never over the batch, after Module.eval().");
    }

    /// <summary>Neither restoring nor what is done to the result reaches the degraded image.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void LeavesItsInputAlone(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        using var network = Build(subject);
        var input = network.Draw(2);
        var before = input.Images.clone();
        var restored = network.Restore(input);
        Require.Same(input.Images, before, "restoring changes the degraded image", "Use methods without a trailing underscore on what is not yours.");
        restored.add_(1);
        Require.Same(input.Images, before, "the result is the degraded image itself", "Return a tensor of its own, such as a clone.");
    }

    /// <summary>A gradient reaches every parameter but those of <see cref="IBackbone.IsDormant"/>, which get none.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void TrainsEveryParameter(BackboneUnderTest subject) => Networks.RequireGradients(seed => Silent(subject, seed));

    /// <summary>Results are the same whether gradients are recorded or not.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void ComputesTheSameWithGradients(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var network = Build(subject);
        var input = network.Draw(2);
        var recorded = network.Restore(input).detach();
        using var inference = inference_mode();
        Require.Close(
            network.Restore(input), recorded, "the result differs with and without gradients", "A faster way for inference must compute the same.");
    }

    /// <summary>Another instance with the saved state restores alike.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void LoadsWhatItSaved(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var network = Build(subject);
        using var other = Build(subject, seed: 2);
        Networks.Transfer(network.Backbone.Module, other.Backbone.Module);
        using var inference = inference_mode();
        var input = network.Draw(1);
        Require.Same(
            other.Restore(input), network.Restore(input), "another instance with the same saved state restores otherwise",
            "Register everything that decides the result as parameter or persistent buffer of Module.");
    }

    /// <summary>Only the result is left of a pass.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void LeavesNoTensorsBehind(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var network = Build(subject);
        var input = network.Draw(1);
        Trial.RequireNothingLeft(
            () =>
            {
                using var inference = inference_mode();
                network.Restore(input).Dispose();
            },
            "Restoring");
    }

    /// <summary>Nothing is left of a pass and its gradients, in a dispose scope.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void LeavesNoTensorsBehindInTraining(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var network = Build(subject);
        network.Backbone.Module.train();
        var input = network.Draw(2);
        Trial.RequireNothingLeft(
            () =>
            {
                using var step = NewDisposeScope();
                network.GoBackward(network.Restore(input).square().sum());
            },
            "A step of training", repetitions: 12);
    }

    /// <summary>Passes on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="StatesWhatItTakes"/>
    public static void WorksOnSeveralThreads(BackboneUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var network = Build(subject);
        var batch = network.Draw(2);
        Tensor[] expected = [Restore(0), Restore(1)];
        Trial.OnSeveralThreads(thread =>
        {
            using var pass = NewDisposeScope();
            Require.Close(Restore(thread), expected[thread], "passes on two threads at once disturb each other", "Keep no state of a pass in fields.");
        });

        Tensor Restore(int index)
        {
            using var inference = inference_mode();
            return network.Restore(batch[index]);
        }
    }

    /// <summary>The parameters without gradient, but for dormant ones, which must have none.</summary>
    private static List<string> Silent(BackboneUnderTest subject, long seed)
    {
        using var scope = Trial.Begin(seed);
        using var network = Build(subject, seed);
        network.Backbone.Module.train();
        var restored = network.Restore(network.Draw(2));
        network.GoBackward((restored - rand_like(restored)).square().sum());
        List<string> silent = [];
        foreach (var (name, parameter) in network.Backbone.Module.named_parameters())
        {
            var gradient = Networks.LargestGradient(name, parameter);
            if (network.Backbone.IsDormant(name))
                Require.That(gradient == 0, $"{name} is said to be dormant and gets a gradient", "IsDormant is for parameters that have no part in the result.");
            else if (gradient == 0)
                silent.Add(name);
        }

        return silent;
    }

    private static BackboneAtWork Build(BackboneUnderTest subject, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(subject);
        random.manual_seed(seed);
        var backbone = subject.Create();
        Networks.Disturb(backbone.Module);
        backbone.Module.eval();
        return new BackboneAtWork(backbone, subject.Style);
    }
}
