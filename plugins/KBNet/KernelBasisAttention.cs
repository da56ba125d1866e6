using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Plugins.KBNet;

/// <summary>
/// Kernel basis attention (KBA): every pixel has a 3×3 kernel of its own, a mix of learned ones (the basis) in proportions that the
/// pixel's attention gives. Source: KBNet, https://arxiv.org/abs/2303.02881.
/// </summary>
/// <remarks>
/// Channels come in groups of 4; with b over the basis, o and i over a group's channels, k over the kernel's places,
/// <c>out[p,o] = Σ_b attention[p,b] · (bias[b,o] + Σ_ik weight[b,o,i,k] · input[p+k,i])</c>.
/// The mixed kernels are 36 times as large as the feature map, so they live place by place for one chunk of pixels at a time,
/// and the backward pass mixes them anew instead of keeping them. Planes of pixels keep the work in plain matrix products and
/// long vectors.
/// </remarks>
public static class KernelBasisAttention
{
    /// <summary>Channels of a group; also the kernel's inputs per output.</summary>
    public const int GroupSize = 4;

    /// <summary>Places of the 3×3 kernel.</summary>
    internal const int Places = 9;

    /// <summary>Applies every pixel's kernel, with zeros beyond the borders.</summary>
    /// <param name="input">N×C×H×W; C a multiple of <see cref="GroupSize"/>.</param>
    /// <param name="attention">N×B×H×W.</param>
    /// <param name="weight">1×B×(C·4·9): for each member of the basis C outputs × 4 inputs × 3×3.</param>
    /// <param name="bias">1×B×C.</param>
    /// <returns>N×C×H×W in the layout of <paramref name="input"/>, owned by the caller.</returns>
    public static Tensor Apply(Tensor input, Tensor attention, Tensor weight, Tensor bias)
    {
        if (!is_grad_enabled())
            return Forward(input, attention, weight, bias);
        using var scope = NewDisposeScope();
        return RecordedPass.apply(input, attention, weight, bias).MoveToOuterDisposeScope();
    }

    private static Tensor Forward(Tensor input, Tensor attention, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        var kernels = ByPlace(weight, input.shape[1]);                      // 9×4C×B
        var offsets = bias[0].t();                                          // C×B
        var padded = Padded(input);                                         // C×N×(H+2)×(W+2)
        var mixes = Planes(attention);                                      // B×N×H×W
        var output = empty_like(input);
        foreach (var chunk in PixelChunk.Split(input))
        {
            using var inner = NewDisposeScope();
            var mix = chunk.Matrix(mixes);                                  // B×P
            var sum = chunk.Groups(offsets.mm(mix));                        // G×4×n×h×w
            for (var place = 0; place < Places; place++)
            {
                using var step = NewDisposeScope();
                var mixed = kernels[place].mm(mix).chunk(GroupSize);        // 4 of C×P
                var x = chunk.Groups(chunk.Shifted(padded, place));         // G×4×n×h×w
                for (var i = 0; i < GroupSize; i++)
                    sum.addcmul_(chunk.Groups(mixed[i]), x.narrow(1, i, 1), one);
            }

            chunk.Of(output.transpose(0, 1)).copy_(sum.flatten(0, 1));
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The gradients of all four arguments; mixes the kernels anew, chunk by chunk.</summary>
    private static List<Tensor> Backward(Tensor gradient, Tensor input, Tensor attention, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        using Scalar one = 1;
        var channels = input.shape[1];
        var kernels = ByPlace(weight, channels);                            // 9×4C×B
        var padded = Padded(input);                                         // C×N×(H+2)×(W+2)
        var mixes = Planes(attention);                                      // B×N×H×W
        var sources = Planes(gradient);                                     // C×N×H×W
        var toKernels = zeros_like(kernels);
        var toBias = zeros_like(bias[0]);                                   // B×C
        var toPadded = zeros_like(padded);
        var toMixes = empty_like(mixes);
        foreach (var chunk in PixelChunk.Split(input))
        {
            using var inner = NewDisposeScope();
            var mix = chunk.Matrix(mixes);                                  // B×P
            var source = chunk.Matrix(sources);                             // C×P
            var grouped = chunk.Groups(source);                             // G×4×n×h×w
            var toMix = bias[0].mm(source);                                 // B×P
            toBias.addmm_(mix, source.t());
            for (var place = 0; place < Places; place++)
            {
                using var step = NewDisposeScope();
                var mixed = kernels[place].mm(mix).chunk(GroupSize);        // 4 of C×P
                var x = chunk.Groups(chunk.Shifted(padded, place));         // G×4×n×h×w
                var toX = chunk.Groups(chunk.Shifted(toPadded, place));
                var products = new Tensor[GroupSize];
                for (var i = 0; i < GroupSize; i++)
                {
                    toX.narrow(1, i, 1).add_(chunk.Groups(mixed[i]).mul_(grouped).sum([1L], keepdim: true));
                    products[i] = grouped * x.narrow(1, i, 1);
                }

                var toMixed = cat(products).view(GroupSize * channels, -1); // 4C×P
                toMix.addmm_(kernels[place].t(), toMixed);
                toKernels[place].addmm_(toMixed, mix.t());
            }

            chunk.Of(toMixes).copy_(chunk.Planes(toMix));
        }

        return
        [
            Cropped(toPadded).MoveToOuterDisposeScope(),
            toMixes.transpose(0, 1).ToChannelsLast().MoveToOuterDisposeScope(),
            FromPlaces(toKernels).MoveToOuterDisposeScope(),
            toBias.unsqueeze(0).MoveToOuterDisposeScope(),
        ];
    }

    /// <summary>The basis as a matrix for each place and each input of a group: 9×4C×B, rows by input, group, output.</summary>
    private static Tensor ByPlace(Tensor weight, long channels) => weight
        .view(-1, channels / GroupSize, GroupSize, GroupSize, Places)
        .permute(4, 3, 1, 2, 0)
        .reshape(Places, GroupSize * channels, -1);

    /// <summary>The way back from <see cref="ByPlace"/>.</summary>
    private static Tensor FromPlaces(Tensor kernels) => kernels
        .view(Places, GroupSize, -1, GroupSize, kernels.shape[2])
        .permute(4, 2, 3, 1, 0)
        .reshape(1, kernels.shape[2], -1);

    /// <summary>N×C×H×W as planes of pixels, C×N×H×W.</summary>
    private static Tensor Planes(Tensor image) => image.transpose(0, 1).contiguous();

    /// <summary>The same with a border of zeros, C×N×(H+2)×(W+2).</summary>
    private static Tensor Padded(Tensor image)
    {
        var (batch, channels, height, width) = (image.shape[0], image.shape[1], image.shape[2], image.shape[3]);
        var padded = image.new_zeros(channels, batch, height + 2, width + 2);
        padded.narrow(2, 1, height).narrow(3, 1, width).copy_(image.transpose(0, 1));
        return padded;
    }

    /// <summary>The way back from <see cref="Padded"/>.</summary>
    private static Tensor Cropped(Tensor padded) =>
        padded.narrow(2, 1, padded.shape[2] - 2).narrow(3, 1, padded.shape[3] - 2).transpose(0, 1).ToChannelsLast();

    /// <summary>Keeps nothing but the arguments for the backward pass.</summary>
    private sealed class RecordedPass : autograd.SingleTensorFunction<RecordedPass>
    {
        public override string Name => nameof(KernelBasisAttention);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var arguments = vars.Cast<Tensor>().ToList();
            ctx.save_for_backward(arguments);
            return Forward(arguments[0], arguments[1], arguments[2], arguments[3]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            // Nobody else disposes it, and the memory of a whole backward pass would add up.
            using var gradient = grad_output;
            var saved = ctx.get_saved_variables();
            return [.. Backward(gradient, saved[0], saved[1], saved[2], saved[3]).Select(result => result.MoveToOuterDisposeScope())];
        }
    }
}
