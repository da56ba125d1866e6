using IRConStyle.Abstractions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The places where style enters a U-Net of three levels: one behind each downsampling, one at the bottleneck. A place that
/// the injection leaves out adds nothing and has no parameters, and asks nothing of the encoder either.
/// </summary>
public sealed class InjectionPoints
{
    private const int Levels = 3;

    private readonly IInjectionPoint?[] _features = new IInjectionPoint?[Levels];
    private readonly IInjectionPoint? _latent;

    /// <summary>Makes the points that the injection has.</summary>
    /// <param name="dim">Channels at full size, which every downsampling leaves to the style.</param>
    /// <param name="activation">Makes the network's activation for a number of channels.</param>
    /// <param name="context">Which style there is and how it enters.</param>
    /// <exception cref="IRConStyleException">
    /// The injection uses feature maps or a latent that the encoder does not have, or adds channels that do not fit.
    /// </exception>
    public InjectionPoints(int dim, Func<int, Module<Tensor, Tensor>> activation, BackboneContext context)
    {
        ArgumentNullException.ThrowIfNull(activation);
        ArgumentNullException.ThrowIfNull(context);
        if (context is not { Style: { } style, Injection: { } injection })
            return;
        for (var level = 0; level < Levels; level++)
        {
            _features[level] = CreateFeaturePoint(level, dim, activation, style, injection);
            if (AddedBehind(level) is var added && (added < 0 || added % 4 != 0 || added >= dim * (level + 2)))
                throw new IRConStyleException(
                    $"The injection adds {added} channels behind downsampling {level + 1}.",
                    $"It must add a multiple of 4 from 0 up, below {dim * (level + 2)}.");
        }

        _latent = CreateLatentPoint(dim * (Levels + 1), style, injection);
        if (AddedAtBottleneck < 0)
            throw new IRConStyleException($"The injection adds {AddedAtBottleneck} channels at the bottleneck.", "It must add 0 or more.");
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _latent is not null || _features.Any(point => point is not null);

    /// <summary>What the points register at the root of the network.</summary>
    public IEnumerable<NamedModule> Modules => _features.Append(_latent).SelectMany(point => point?.Modules ?? []);

    /// <summary>Channels added at the bottleneck.</summary>
    public int AddedAtBottleneck => _latent?.AddedChannels ?? 0;

    /// <summary>Channels added behind a downsampling.</summary>
    /// <param name="level">Which one, from 0.</param>
    public int AddedBehind(int level) => _features[level]?.AddedChannels ?? 0;

    /// <summary>Mixes style in behind a downsampling.</summary>
    /// <param name="level">Which one, from 0.</param>
    /// <param name="feature">N×C×h×w; disposed, or returned where there is no point.</param>
    /// <param name="style">The style code; null where there are no points.</param>
    /// <returns>N×(C+added)×h×w, owned by the caller.</returns>
    public Tensor InjectBehind(int level, Tensor feature, StyleCode? style) => Inject(_features[level], feature, style);

    /// <summary>Mixes style in at the bottleneck.</summary>
    /// <param name="feature">N×C×h×w; disposed, or returned where there is no point.</param>
    /// <param name="style">The style code; null where there are no points.</param>
    /// <returns>N×(C+added)×h×w, owned by the caller.</returns>
    public Tensor InjectAtBottleneck(Tensor feature, StyleCode? style) => Inject(_latent, feature, style);

    private static IInjectionPoint? CreateFeaturePoint(
        int level, int dim, Func<int, Module<Tensor, Tensor>> activation, StyleSpec style, IStyleInjection injection)
    {
        var stride = 2 << level;
        var source = style.Features.ElementAtOrDefault(level);
        var fits = source is not null && (source.Stride == stride || injection.ResamplesFeatures);
        // Asked all the same: only the injection knows whether it wants a map here, and whoever wants none needs none.
        var request = new FeaturePointRequest(level, fits ? source! : new FeatureSpec(dim, stride), dim, activation);
        var point = injection.CreateFeaturePoint(request);
        return point is null || fits
            ? point
            : throw new IRConStyleException(
                style.Features.Count == 0
                    ? $"The encoder has no feature maps; the injection needs {Needed(injection)}."
                    : $"The encoder's feature maps have strides [{string.Join(", ", style.Features.Select(map => map.Stride))}]; "
                        + $"the injection needs {Needed(injection)}.",
                "Choose another encoder, or an injection that uses no feature maps, such as 'latent'.");
    }

    private static IInjectionPoint? CreateLatentPoint(int channels, StyleSpec style, IStyleInjection injection)
    {
        var sizes = style.LatentSizes;
        var point = injection.CreateLatentPoint(new(sizes.Count > 0 ? sizes[^1] : channels, channels));
        return point is null || sizes.Count > 0
            ? point
            : throw new IRConStyleException(
                "The encoder has no latent; the injection needs one.",
                "Choose another encoder, or an injection that uses no latent, such as 'features'.");
    }

    private static string Needed(IStyleInjection injection) =>
        injection.ResamplesFeatures ? $"{Levels}, of any strides" : $"{Levels}, of strides 2, 4 and 8";

    private static Tensor Inject(IInjectionPoint? point, Tensor feature, StyleCode? style)
    {
        if (point is null)
            return feature;
        var injected = point.Inject(feature, style!);
        // A point that adds nothing may hand its input on.
        if (!ReferenceEquals(injected, feature))
            feature.Dispose();
        return injected;
    }
}
