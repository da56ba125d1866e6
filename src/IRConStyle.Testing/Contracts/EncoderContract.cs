using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>
/// What holds for every <see cref="IStyleEncoder"/> that restores, whatever its style is made of: latents alone, feature
/// maps alone, of any number and stride.
/// </summary>
public static class EncoderContract
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (3, 5), (17, 23), (40, 24)];

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IStyleEncoder, EncoderUnderTest>(
        StatesAStyle, ReturnsWhatItStates, GivesTheSameTwice, KeepsImagesOfABatchApart, LeavesImageAndStateAlone, TrainsEveryParameter,
        LoadsWhatItSaved, KeepsItsNamesInTraining, LeavesNoTensorsBehind, WorksOnSeveralThreads);

    /// <summary>The style has latents or feature maps, of possible sizes, finest first.</summary>
    /// <param name="subject">The encoder.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void StatesAStyle(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var spec = encoder.Spec;
        Require.That(spec.LatentSizes.Count + spec.Features.Count > 0, "its style is empty", "State at least one latent or feature map in Spec.");
        Require.That(spec.LatentSizes.All(size => size > 0), $"a latent has the size {spec.LatentSizes.FirstOrDefault(size => size <= 0)}", "Sizes are 1 or more.");
        Require.That(spec.Features.All(map => map is { Channels: > 0, Stride: > 0 }), "a feature map has no channels or no stride", "Both are 1 or more.");
        Require.That(
            spec.Features.Zip(spec.Features.Skip(1)).All(pair => pair.First.Stride <= pair.Second.Stride),
            $"its feature maps have strides {string.Join(", ", spec.Features.Select(map => map.Stride))}", "List the finest first.");
        Require.That(encoder.StatePrefix is not null, "StatePrefix is null", "Give the prefix of its names in a pipeline's checkpoint, or an empty one.");
    }

    /// <summary>Style codes have the shapes that <see cref="IStyleEncoder.Spec"/> states, for images of any size.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void ReturnsWhatItStates(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var spec = encoder.Spec;
        foreach (var (height, width) in Sizes)
        {
            var style = encoder.Encode(rand(2, 3, height, width));
            var of = $"for an image of {height}×{width}";
            Require.That(
                style.Latents.Count == spec.LatentSizes.Count && style.Features.Count == spec.Features.Count,
                $"Encode gives {style.Latents.Count} latents and {style.Features.Count} feature maps, Spec says {spec.LatentSizes.Count} and {spec.Features.Count}",
                "Return as many as Spec says.");
            for (var i = 0; i < spec.LatentSizes.Count; i++)
                Require.Shape(style.Latents[i], $"latent {i} {of}", "A latent is N×D, D as in Spec.LatentSizes.", 2, spec.LatentSizes[i]);
            foreach (var (map, stated) in style.Features.Zip(spec.Features))
                Require.Shape(
                    map, $"the feature map of stride {stated.Stride} {of}", "The map of an H×W image is ceil(H/Stride)×ceil(W/Stride): pad the image first.",
                    2, stated.Channels, StandIns.Ceiling(height, stated.Stride), StandIns.Ceiling(width, stated.Stride));
            foreach (var tensor in style.Tensors())
                Require.Finite(tensor, $"the style code {of}");
        }
    }

    /// <summary>In evaluation, the same image gives the same style.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void GivesTheSameTwice(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var image = rand(1, 3, 24, 32);
        foreach (var (first, second) in encoder.Encode(image).Tensors().Zip(encoder.Encode(image).Tensors()))
            Require.Same(
                first, second, "the same image gave two style codes in evaluation",
                "Draw nothing at random after Module.eval(): dropout layers are children of the module and registered.");
    }

    /// <summary>An image is encoded alike alone and in a batch.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void KeepsImagesOfABatchApart(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var batch = rand(3, 3, 24, 32);
        var together = encoder.Encode(batch).Tensors().ToArray();
        for (var i = 0; i < 3; i++)
            foreach (var (whole, single) in together.Zip(encoder.Encode(batch.narrow(0, i, 1)).Tensors()))
                Require.Close(
                    whole.narrow(0, i, 1), single, "an image is encoded otherwise in a batch than alone",
                    "Take means and norms over channels and pixels, never over the batch, after Module.eval().");
    }

    /// <summary>Encoding changes neither the image nor the encoder, in evaluation.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void LeavesImageAndStateAlone(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var image = rand(1, 3, 17, 23);
        var before = image.clone();
        var state = module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        encoder.Encode(image);
        Require.Same(image, before, "encoding changes the image", "Use methods without a trailing underscore on what is not yours.");
        foreach (var (name, value) in module.state_dict())
            Require.Same(value, state[name], $"encoding changes {name}", "Move running statistics in training only.");
    }

    /// <summary>A gradient reaches every parameter that restoring needs.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void TrainsEveryParameter(EncoderUnderTest subject) => Networks.RequireGradients(seed =>
    {
        using var scope = Trial.Begin(seed);
        var encoder = Build(subject, seed);
        using var module = encoder.Module;
        module.train();
        encoder.Encode(rand(2, 3, 24, 32)).Tensors().Select(tensor => (tensor - rand_like(tensor)).square().sum())
            .Aggregate((sum, term) => sum + term).backward();
        return [.. module.named_parameters().Where(entry => Networks.LargestGradient(entry.name, entry.parameter) == 0).Select(entry => entry.name)];
    });

    /// <summary>Another instance with the saved state encodes alike.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void LoadsWhatItSaved(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var (encoder, other) = (Build(subject), Build(subject, seed: 2));
        using var module = encoder.Module;
        using var otherModule = other.Module;
        Networks.Transfer(module, otherModule);
        using var inference = inference_mode();
        var image = rand(1, 3, 24, 32);
        foreach (var (first, second) in encoder.Encode(image).Tensors().Zip(other.Encode(image).Tensors()))
            Require.Same(
                second, first, "another instance with the same saved state encodes otherwise",
                "Register everything that decides the result as parameter or persistent buffer of Module.");
    }

    /// <summary>An encoder for training has the state of one for restoring under the same names, and more only for training.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void KeepsItsNamesInTraining(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var (encoder, training) = (Build(subject), subject.Create(true));
        using var module = encoder.Module;
        using var trainingModule = training.Module;
        var needed = module.state_dict().Keys.ToHashSet(StringComparer.Ordinal);
        needed.SymmetricExceptWith(trainingModule.state_dict().Keys.Where(name => !training.IsTrainingState(name)));
        Require.That(
            needed.Count == 0,
            $"restoring and training differ in the state {string.Join(", ", needed.Order(StringComparer.Ordinal).Take(5))}",
            "Name the state alike in both, and tell what only training needs by IsTrainingState.");
        Require.That(
            training.StatePrefix == encoder.StatePrefix,
            $"StatePrefix is '{encoder.StatePrefix}' for restoring and '{training.StatePrefix}' for training", "Give both the same.");
    }

    /// <summary>Only the style code is left of a pass.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void LeavesNoTensorsBehind(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var image = rand(1, 3, 16, 16);
        Trial.RequireNothingLeft(
            () =>
            {
                using var inference = inference_mode();
                foreach (var tensor in encoder.Encode(image).Tensors())
                    tensor.Dispose();
            },
            "Encoding");
    }

    /// <summary>Passes on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="StatesAStyle"/>
    public static void WorksOnSeveralThreads(EncoderUnderTest subject)
    {
        using var scope = Trial.Begin();
        var encoder = Build(subject);
        using var module = encoder.Module;
        var images = rand(2, 3, 24, 32);
        Tensor[][] expected = [Encode(0), Encode(1)];
        Trial.OnSeveralThreads(thread =>
        {
            using var pass = NewDisposeScope();
            foreach (var (style, wanted) in Encode(thread).Zip(expected[thread]))
                Require.Close(style, wanted, "passes on two threads at once disturb each other", "Keep no state of a pass in fields.");
        });

        Tensor[] Encode(int index)
        {
            using var inference = inference_mode();
            return [.. encoder.Encode(images.narrow(0, index, 1)).Tensors()];
        }
    }

    private static IStyleEncoder Build(EncoderUnderTest subject, long seed = 1)
    {
        ArgumentNullException.ThrowIfNull(subject);
        random.manual_seed(seed);
        var encoder = subject.Create(false);
        Networks.Disturb(encoder.Module);
        encoder.Module.eval();
        return encoder;
    }
}
