using IRConStyle.Abstractions;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Contracts;

/// <summary>What holds for every <see cref="IStyleInjection"/>: of each point it makes; where it makes none, there is nothing to check.</summary>
public static class InjectionContract
{
    private const int Levels = 3, Channels = 8, Height = 32, Width = 48;

    /// <summary>Maps of the network's own sizes; and others, for an injection that brings them there (<see cref="IStyleInjection.ResamplesFeatures"/>).</summary>
    private static readonly StyleSpec Fitting = StandIns.Style, Resampled = Fitting with { Features = [new(8, 1), new(12, 4), new(16, 16)] };

    /// <summary>All checks.</summary>
    public static IReadOnlyList<ContractCheck> Checks { get; } = ContractCheck.ListOf<IStyleInjection, ComponentUnderTest<IStyleInjection>>(
        AddsTheChannelsItStates, NamesItsModulesOnce, KeepsImagesOfABatchApart, LeavesItsInputAlone, TrainsEveryParameter,
        LeavesNoTensorsBehind, WorksOnSeveralThreads);

    /// <summary>A point returns the feature map with <see cref="IInjectionPoint.AddedChannels"/> more channels, none or more.</summary>
    /// <param name="subject">The way of injection.</param>
    /// <exception cref="ContractViolationException">It does not hold.</exception>
    public static void AddsTheChannelsItStates(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        foreach (var point in Points(subject))
        {
            var (feature, style) = point.Draw(2);
            Require.That(point.Point.AddedChannels >= 0, $"{point} adds {point.Point.AddedChannels} channels", "AddedChannels is 0 or more.");
            var injected = point.Point.Inject(feature, style);
            Require.Shape(
                injected, $"what {point} makes of {Tensors.Text(feature)}", "Return N×(C+AddedChannels)×h×w.",
                2, feature.shape[1] + point.Point.AddedChannels, feature.shape[2], feature.shape[3]);
            Require.Finite(injected, $"what {point} returns");
        }
    }

    /// <summary>No name is registered twice at the root of a network.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void NamesItsModulesOnce(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        string[] names = [.. Points(subject).SelectMany(point => point.Point.Modules).Select(module => module.Name)];
        Require.That(
            names.All(name => !string.IsNullOrWhiteSpace(name) && !name.Contains('.', StringComparison.Ordinal)),
            $"a module is called '{names.FirstOrDefault(name => string.IsNullOrWhiteSpace(name) || name.Contains('.', StringComparison.Ordinal))}'",
            "Give a name without dots.");
        Require.That(
            names.Distinct(StringComparer.Ordinal).Count() == names.Length,
            $"two modules are called {names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key}",
            "Put the level of FeaturePointRequest into the names: all points of a network are registered at its root.");
    }

    /// <summary>Style of one image does not reach another of its batch.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void KeepsImagesOfABatchApart(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        foreach (var point in Points(subject))
        {
            var (features, style) = point.Draw(3);
            var together = point.Point.Inject(features, style);
            for (var i = 0; i < 3; i++)
                Require.Close(
                    together.narrow(0, i, 1), point.Point.Inject(features.narrow(0, i, 1), StandIns.Part(style, i, 1)),
                    $"{point} treats an image otherwise in a batch than alone", "Take nothing over the batch.");
        }
    }

    /// <summary>Injecting changes neither the feature map nor the style code.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void LeavesItsInputAlone(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        using var inference = inference_mode();
        foreach (var point in Points(subject))
        {
            var (feature, style) = point.Draw(2);
            var given = style.Tensors().Prepend(feature).ToArray();
            var before = given.Select(tensor => tensor.clone()).ToArray();
            point.Point.Inject(feature, style);
            foreach (var (after, original) in given.Zip(before))
                Require.Same(after, original, $"{point} changes what it is given", "Use methods without a trailing underscore on what is not yours.");
        }
    }

    /// <summary>A gradient reaches every parameter, the feature map, and part of the style.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void TrainsEveryParameter(ComponentUnderTest<IStyleInjection> subject) => Networks.RequireGradients(seed =>
    {
        using var scope = Trial.Begin(seed);
        List<string> silent = [];
        foreach (var point in Points(subject))
        {
            var (feature, style) = point.Draw(2);
            foreach (var tensor in style.Tensors().Prepend(feature))
                tensor.requires_grad_();
            var injected = point.Point.Inject(feature, style);
            (injected - rand_like(injected)).square().sum().backward();
            silent.AddRange(point.Parameters().Where(entry => Networks.LargestGradient(entry.Name, entry.Parameter) == 0).Select(entry => entry.Name));
            if (Networks.LargestGradient("the feature map", feature) == 0)
                silent.Add($"the feature map at {point}");
            if (style.Tensors().All(tensor => Networks.LargestGradient("the style code", tensor) == 0))
                silent.Add($"the style code at {point}");
        }

        return silent;
    });

    /// <summary>Only the result is left of an injection.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void LeavesNoTensorsBehind(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        foreach (var point in Points(subject))
        {
            var (feature, style) = point.Draw(1);
            Trial.RequireNothingLeft(
                () =>
                {
                    using var inference = inference_mode();
                    // Where nothing is added, the result may be the feature map itself, which its owner disposes once.
                    using var given = feature.alias();
                    point.Point.Inject(given, style).Dispose();
                },
                $"Injecting at {point}");
        }
    }

    /// <summary>Passes on several threads at once do not disturb each other.</summary>
    /// <inheritdoc cref="AddsTheChannelsItStates"/>
    public static void WorksOnSeveralThreads(ComponentUnderTest<IStyleInjection> subject)
    {
        using var scope = Trial.Begin();
        foreach (var point in Points(subject))
        {
            var (features, style) = point.Draw(2);
            Tensor[] expected = [Inject(0), Inject(1)];
            Trial.OnSeveralThreads(thread =>
            {
                using var pass = NewDisposeScope();
                Require.Close(
                    Inject(thread), expected[thread], $"passes at {point} on two threads at once disturb each other", "Keep no state of a pass in fields.");
            });

            Tensor Inject(int index)
            {
                using var inference = inference_mode();
                return point.Point.Inject(features.narrow(0, index, 1), StandIns.Part(style, index, 1));
            }
        }
    }

    /// <summary>The points of a network of three levels.</summary>
    private static IReadOnlyList<PointAtWork> Points(ComponentUnderTest<IStyleInjection> subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var injection = subject.Create();
        var style = injection.ResamplesFeatures ? Resampled : Fitting;
        List<PointAtWork> points = [];
        for (var level = 0; level < Levels; level++)
            if (injection.CreateFeaturePoint(new(level, style.Features[level], Channels, _ => nn.LeakyReLU(0.1))) is { } point)
                points.Add(new($"the point of level {level}", point, style, Channels * (level + 1), 2 << level));
        if (injection.CreateLatentPoint(new(style.LatentSizes[^1], Channels * (Levels + 1))) is { } latent)
            points.Add(new("the point at the bottleneck", latent, style, Channels * (Levels + 1), 1 << Levels));
        foreach (var module in points.SelectMany(point => point.Point.Modules))
            Networks.Disturb(module.Module);
        return points;
    }

    /// <summary>A point with feature maps and style codes that fit it.</summary>
    private sealed record PointAtWork(string Name, IInjectionPoint Point, StyleSpec Style, int Channels, int Stride)
    {
        public (Tensor Feature, StyleCode Style) Draw(int count)
            => (randn(count, Channels, Height / Stride, Width / Stride), StandIns.Code(Style, count, Height, Width));

        public IEnumerable<(string Name, Tensor Parameter)> Parameters()
            => Point.Modules.SelectMany(module => module.Module.named_parameters().Select(entry => ($"{module.Name}.{entry.name}", (Tensor)entry.parameter)));

        public override string ToString() => Name;
    }
}
