using IRConStyle.Abstractions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>
/// The places where style enters a U-Net of three levels: one behind each downsampling, one at the bottleneck. A place that
/// the way of injection leaves out adds nothing and has no parameters.
/// </summary>
public sealed class StylePoints
{
    private const int Levels = 3;

    private readonly IInjectionPoint?[] _features = new IInjectionPoint?[Levels];
    private readonly IInjectionPoint? _latent;

    /// <summary>Makes the points that the way of injection has.</summary>
    /// <param name="dim">Channels at full size, which every downsampling leaves to the style.</param>
    /// <param name="activation">Makes the network's activation for a number of channels.</param>
    /// <param name="context">Which style there is and how it enters.</param>
    /// <exception cref="IRConStyleException">The encoder's outputs or the widths do not fit.</exception>
    public StylePoints(int dim, Func<int, Module<Tensor, Tensor>> activation, BackboneContext context)
    {
        ArgumentNullException.ThrowIfNull(activation);
        ArgumentNullException.ThrowIfNull(context);
        if (context is not { Style: { } style, Injection: { } injection })
            return;
        if (style.Features.Count < Levels || style.Features.Take(Levels).Where((f, level) => f.Stride != 2 << level).Any())
            throw new IRConStyleException(
                $"The encoder's feature maps have strides [{string.Join(", ", style.Features.Select(f => f.Stride))}].",
                "This backbone needs three, with strides 2, 4 and 8: choose another encoder.");
        if (style.LatentSizes.Count == 0)
            throw new IRConStyleException("The encoder has no latent.", "This backbone needs one: choose another encoder.");

        for (var level = 0; level < Levels; level++)
        {
            _features[level] = injection.CreateFeaturePoint(new(level, style.Features[level], dim, activation));
            if (AddedBehind(level) is var added && (added % 4 != 0 || added >= dim * (level + 2)))
                throw new IRConStyleException(
                    $"The injection adds {added} channels behind downsampling {level + 1}.",
                    $"It must add a multiple of 4 below {dim * (level + 2)}.");
        }

        _latent = injection.CreateLatentPoint(new(style.LatentSizes[^1], dim * 4));
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _latent is not null || _features.Any(point => point is not null);

    /// <summary>What the points register at the root of the network.</summary>
    public IEnumerable<NamedModule> Modules => _features.Append(_latent).SelectMany(point => point?.Modules ?? []);

    /// <summary>Channels added at the bottleneck.</summary>
    public int AddedAtBottom => _latent?.AddedChannels ?? 0;

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
    public Tensor InjectAtBottom(Tensor feature, StyleCode? style) => Inject(_latent, feature, style);

    private static Tensor Inject(IInjectionPoint? point, Tensor feature, StyleCode? style)
    {
        if (point is null)
            return feature;
        using (feature)
            return point.Inject(feature, style!);
    }
}
