using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>
/// How a style code enters a U-Net. A variant decides which points exist; parameters of a point that does not exist do
/// not exist either.
/// </summary>
public interface IStyleInjection
{
    /// <summary>
    /// Whether feature points bring the encoder's maps to the size of the network's, so that maps of any stride will do.
    /// Otherwise a network asks for points with maps of its own size only, and refuses an encoder without them.
    /// </summary>
    bool ResamplesFeatures => false;

    /// <summary>Makes the point behind one downsampling.</summary>
    /// <param name="request">Where the point sits and what the network can offer it.</param>
    /// <returns>The point, owned by the caller, or null when this variant injects no feature maps.</returns>
    IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request);

    /// <summary>Makes the point at the bottleneck.</summary>
    /// <param name="request">Where the point sits and what the network can offer it.</param>
    /// <returns>The point, owned by the caller, or null when this variant injects no latent.</returns>
    IInjectionPoint? CreateLatentPoint(LatentPointRequest request);
}

/// <summary>One place where style is mixed into a network's feature map, by widening it or by changing what it holds.</summary>
public interface IInjectionPoint
{
    /// <summary>Modules with parameters, under the names they have at the root of the network.</summary>
    IReadOnlyList<NamedModule> Modules { get; }

    /// <summary>How many channels <see cref="Inject"/> adds; 0 or more.</summary>
    int AddedChannels { get; }

    /// <summary>Mixes style in.</summary>
    /// <param name="feature">N×C×h×w, the network's feature map.</param>
    /// <param name="style">The style code of the same images.</param>
    /// <returns>
    /// N×(C+<see cref="AddedChannels"/>)×h×w, owned by the caller; where nothing is added it may be <paramref name="feature"/>.
    /// </returns>
    torch.Tensor Inject(torch.Tensor feature, StyleCode style);
}

/// <summary>A module and the name it is registered by.</summary>
/// <param name="Name">The registered name.</param>
/// <param name="Module">The module.</param>
public sealed record NamedModule(string Name, torch.nn.Module Module);

/// <summary>Asks for an injection point behind a downsampling.</summary>
/// <param name="Level">0 behind the first downsampling, and so on; the index into <see cref="StyleCode.Features"/>.</param>
/// <param name="Source">The shape of that feature map.</param>
/// <param name="Channels">How many channels the network leaves to the style.</param>
/// <param name="Activation">Makes the activation the network uses in such a place, for a number of channels.</param>
public sealed record FeaturePointRequest(
    int Level,
    FeatureSpec Source,
    int Channels,
    Func<int, torch.nn.Module<torch.Tensor, torch.Tensor>> Activation);

/// <summary>Asks for an injection point at the bottleneck.</summary>
/// <param name="LatentSize">Length of the latent.</param>
/// <param name="Channels">Channels of the feature map at the bottleneck.</param>
public sealed record LatentPointRequest(int LatentSize, int Channels);
