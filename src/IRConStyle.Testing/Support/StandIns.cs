using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Testing.Support;

/// <summary>What stands in for the other components of a pipeline.</summary>
internal static class StandIns
{
    private const int Queue = 8;

    /// <summary>The style of an encoder with two latents and three feature maps, each half the size of the one before.</summary>
    public static StyleSpec Style { get; } = new([16, 16], [new(8, 2), new(12, 4), new(16, 8)]);

    /// <summary>Random style codes in the current dispose scope.</summary>
    /// <param name="spec">Their shape.</param>
    /// <param name="count">Of how many images.</param>
    /// <param name="height">Their rows.</param>
    /// <param name="width">Their columns.</param>
    public static StyleCode Code(StyleSpec spec, long count, long height, long width) => new(
        [.. spec.LatentSizes.Select(size => randn(count, size))],
        [.. spec.Features.Select(map => randn(count, map.Channels, Ceiling(height, map.Stride), Ceiling(width, map.Stride)))]);

    /// <summary>The part of a style code that describes some of its images.</summary>
    public static StyleCode Part(StyleCode code, long first, long count) => new(
        [.. code.Latents.Select(latent => latent.narrow(0, first, count))], [.. code.Features.Select(map => map.narrow(0, first, count))]);

    /// <summary>A training step's contrastive output, in the current dispose scope; gradients end at the query's tensors.</summary>
    public static ContrastiveOutput Contrast(int count)
    {
        var query = Code(Style, count, 16, 16);
        foreach (var tensor in query.Tensors())
            tensor.requires_grad_();
        var key = randn(count, Style.LatentSizes[^1]);
        var latent = query.Latents[^1];
        var logits = cat([(latent * key).sum(1, keepdim: true), latent.mm(randn(Style.LatentSizes[^1], Queue))], 1);
        return new ContrastiveOutput(
            query, key, [.. Style.LatentSizes.Select(size => randn(count, size))], logits, zeros(count, dtype: int64));
    }

    /// <summary>How many cells of a stride cover a side.</summary>
    public static long Ceiling(long size, long stride) => (size + stride - 1) / stride;

    /// <summary>A way of injection like the paper's: feature maps join behind downsampling, the latent scales the bottleneck.</summary>
    public sealed class Injection : IStyleInjection
    {
        public IInjectionPoint CreateFeaturePoint(FeaturePointRequest request) => new FeaturePoint(request);

        public IInjectionPoint CreateLatentPoint(LatentPointRequest request) => new LatentPoint(request);

        private sealed class FeaturePoint(FeaturePointRequest request) : IInjectionPoint
        {
            private readonly Module<Tensor, Tensor> _fit = Conv2d(request.Source.Channels, request.Channels, 1);

            public IReadOnlyList<NamedModule> Modules => [new($"style_fit_{request.Level}", _fit)];

            public int AddedChannels => request.Channels;

            public Tensor Inject(Tensor feature, StyleCode style)
            {
                using var added = _fit.call(style.Features[request.Level]);
                return cat([feature, added], 1);
            }
        }

        private sealed class LatentPoint(LatentPointRequest request) : IInjectionPoint
        {
            private readonly Module<Tensor, Tensor> _scale = Linear(request.LatentSize, request.Channels);

            public IReadOnlyList<NamedModule> Modules => [new("style_scale", _scale)];

            public int AddedChannels => request.Channels;

            public Tensor Inject(Tensor feature, StyleCode style)
            {
                using var scope = NewDisposeScope();
                var scaled = feature * _scale.call(style.Latents[^1]).unsqueeze(-1).unsqueeze(-1);
                return cat([feature, scaled], 1).MoveToOuterDisposeScope();
            }
        }
    }
}
