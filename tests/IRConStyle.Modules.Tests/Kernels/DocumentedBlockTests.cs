using IRConStyle.Modules.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>The block of docs/plugins.md, word for word, computes what its layers compute.</summary>
public sealed class DocumentedBlockTests
{
    [SkippableFact]
    public void The_fused_block_of_the_documentation_works()
    {
        using var scope = NewDisposeScope();
        using var block = new NormalizedMix(20, 30);
        var input = randn(2, 20, 9, 101).ToChannelsLast();
        var expected = block.call(input);
        using var noGrad = no_grad();
        foreach (var form in KernelForms.Fused)
        {
            using var use = KernelForms.Use(form);
            ((block.call(input) - expected).abs().max() / expected.abs().max()).item<float>().ShouldBeLessThan(1e-5f, form.ToString());
        }
    }

    [Fact]
    public void The_documentation_has_the_same_words()
    {
        static string Words(string file) => string.Join(' ', File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var page = Words(Path.Combine(SharedData.Root, "docs", "plugins.md"));
        var here = Words(Path.Combine(SharedData.Root, "tests", "IRConStyle.Modules.Tests", "Kernels", "DocumentedBlockTests.cs"));
        var begin = here.LastIndexOf("public override Tensor forward", StringComparison.Ordinal);
        page.ShouldContain(here[begin..here.LastIndexOf("return to.Tensor; }", StringComparison.Ordinal)]);
    }

    private sealed class NormalizedMix : Module<Tensor, Tensor>
    {
        private readonly LayerNorm2d _norm;
        private readonly Conv2d _mix;

        private readonly WeightCache<PointwiseConvolution> _packed = new();

        public NormalizedMix(int input, int output)
            : base(nameof(NormalizedMix))
        {
            (_norm, _mix) = (new LayerNorm2d(input), Layers.Convolution(input, output, 1));
            using (no_grad())
                _norm.Bias.uniform_(-1, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var (weight, bias) = (_mix.weight!, _mix.bias);
            if (!FusedKernels.Suit(input)
                || _packed.Find(() => new PointwiseConvolution(_mix, normWeight: _norm.Weight, normBias: _norm.Bias),
                    weight, bias, _norm.Weight, _norm.Bias) is not { } mix)
                return _mix.Consume(_norm.call(input));

            var from = new FeatureMap(input);
            var to = new FeatureMap(FeatureMap.Empty(from.Images, mix.Outputs, from.Height, from.Width));
            new RowBands(from, bytesPerColumn: 0).Run((band, scratch) =>
            {
                var normalized = scratch.Pixels(PixelSpan.ChunkPixels, from.Channels);
                for (var row = band.Top; row < band.Bottom; row++)
                {
                    var (source, target) = (from.Row(band.Image, row, 0, from.Width), to.Row(band.Image, row, 0, to.Width));
                    foreach (var (start, count) in source.Chunks())
                    {
                        var x = normalized.Slice(0, count);
                        PixelNormalization.Normalize(source.Slice(start, count), x, (float)_norm.Epsilon);
                        mix.Apply(x, target.Slice(start, count));
                    }
                }
            });
            return to.Tensor;
        }
    }
}
