using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.ConStyle;

/// <summary>
/// The paper's two ways in, each of which can be left out: feature maps join behind downsampling, the last latent
/// modulates the bottleneck. Source: IRConStyle, https://arxiv.org/abs/2402.15784.
/// </summary>
/// <param name="features">Whether feature maps are injected.</param>
/// <param name="latent">Whether the latent is injected.</param>
internal sealed class ConStyleInjection(bool features, bool latent) : IStyleInjection
{
    private const string FirstFeature = "AffineTransform0.0.weight";
    private const string Latent = "mlp.0.weight";

    /// <summary>Recognises a way in by the parameters it has and those it has not.</summary>
    /// <param name="features">Whether feature maps are injected.</param>
    /// <param name="latent">Whether the latent is injected.</param>
    public static IStateDetector Detector(bool features, bool latent) => new StateDetector(
        features ? FirstFeature : latent ? Latent : "",
        state => state.Has(FirstFeature) == features && state.Has(Latent) == latent ? new DetectedOptions(new NoOptions()) : null);

    public IInjectionPoint? CreateFeaturePoint(FeaturePointRequest request) => features ? new FeaturePoint(request) : null;

    public IInjectionPoint? CreateLatentPoint(LatentPointRequest request) => latent ? new LatentPoint(request) : null;

    /// <summary>A 1×1 convolution fits the feature map to the network, which it then joins.</summary>
    private sealed class FeaturePoint(FeaturePointRequest request) : IInjectionPoint
    {
        private readonly Sequential _transform = Layers.ConvActivation(
            request.Source.Channels, request.Channels, 1, request.Activation(request.Channels));

        public IReadOnlyList<NamedModule> Modules => [new($"AffineTransform{request.Level}", _transform)];

        public int AddedChannels => request.Channels;

        public Tensor Inject(Tensor feature, StyleCode style)
        {
            using var added = _transform.call(style.Features[request.Level]);
            return cat([feature, added], 1);
        }
    }

    /// <summary>The feature map, scaled per channel by a projection of the latent, joins itself.</summary>
    private sealed class LatentPoint(LatentPointRequest request) : IInjectionPoint
    {
        private readonly Sequential _projection = Sequential(Linear(request.LatentSize, request.Channels));

        public IReadOnlyList<NamedModule> Modules => [new("mlp", _projection)];

        public int AddedChannels => request.Channels;

        public Tensor Inject(Tensor feature, StyleCode style)
        {
            using var scale = _projection.call(style.Latents[^1]);
            using var perChannel = scale.unsqueeze(-1).unsqueeze_(-1);
            using var added = feature * perChannel;
            return cat([feature, added], 1);
        }
    }
}
