using System.Runtime.Intrinsics.X86;
using IRConStyle.Abstractions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Modules;

/// <summary>Small layers that the networks share, under the names of the authors' state_dicts.</summary>
public static class Layers
{
    private static readonly long[] Dense = [1, 1];
    private static readonly long[] Spread = [2, 2];

    /// <summary>
    /// A "same" convolution and an activation, named <c>0</c> and <c>1</c>: H×W becomes ceil(H/stride)×ceil(W/stride).
    /// </summary>
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels.</param>
    /// <param name="kernelSize">Side of the kernel; odd.</param>
    /// <param name="activation">The activation; owned by the result.</param>
    /// <param name="stride">Stride along both sides.</param>
    public static Sequential ConvActivation(
        int input, int output, int kernelSize, Module<Tensor, Tensor> activation, int stride = 1) =>
        Sequential(Convolution(input, output, kernelSize, bias: false, stride: stride), activation);

    /// <summary>A "same" convolution; see <see cref="ConvActivation"/>.</summary>
    /// <param name="input">Input channels.</param>
    /// <param name="output">Output channels.</param>
    /// <param name="kernelSize">Side of the kernel; odd.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="groups">Groups of channels; equal to <paramref name="input"/> for a depthwise convolution.</param>
    /// <param name="stride">Stride along both sides.</param>
    public static Conv2d Convolution(
        int input, int output, int kernelSize, bool bias = true, int groups = 1, int stride = 1)
    {
        var layer = Conv2d(input, output, kernelSize, stride, (kernelSize - 1) / 2, groups: groups, bias: bias);
        if (kernelSize == 1 && X86Base.IsSupported)
            layer.register_forward_pre_hook(KeepOnOneDnn);
        CpuConvolutions.Keep(layer);
        return layer;
    }

    /// <summary>
    /// With one thread ATen takes a float32 convolution 1×1 of fewer than 16 images to the CPU's BLAS instead of oneDNN, at
    /// less than half the speed, unless it is dilated. A kernel of one pixel has nothing to spread, so a dilation changes
    /// nothing but that. Elsewhere it could cost: cuDNN's fast algorithms want none.
    /// </summary>
    private static Tensor KeepOnOneDnn(Module<Tensor, Tensor> layer, Tensor input)
    {
        ((Conv2d)layer).dilation = input.device_type == DeviceType.CPU ? Spread : Dense;
        return input;
    }

    /// <summary>Leaky ReLU of slope 0.1, the usual activation of the paper's networks; works in place.</summary>
    public static Module<Tensor, Tensor> LeakyRelu() => LeakyReLU(0.1, inplace: true);

    /// <summary>Equal blocks one after the other, named <c>0</c>, <c>1</c> …</summary>
    /// <param name="count">How many; 0 gives the identity.</param>
    /// <param name="create">Makes one.</param>
    public static Sequential Stack(int count, Func<Module<Tensor, Tensor>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Sequential(Enumerable.Range(0, count).Select(_ => create()).ToArray());
    }

    /// <summary>
    /// The same values laid out channels-last in memory (strides of N×H×W×C), which every layer here keeps and which
    /// makes convolutions and layer norms faster. Costs nothing when the layout is right already.
    /// </summary>
    /// <param name="image">N×C×H×W.</param>
    /// <returns>N×C×H×W, owned by the caller; may share memory with <paramref name="image"/>.</returns>
    public static Tensor ToChannelsLast(this Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var pixels = image.permute(0, 2, 3, 1);
        using var packed = pixels.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    /// <summary>
    /// Runs a module and disposes its input at once, so that the allocator hands the still cached memory to the next
    /// layer. What the backward pass needs stays alive.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="input">Its input; disposed.</param>
    /// <returns>Its output, owned by the caller.</returns>
    public static Tensor Consume(this Module<Tensor, Tensor> module, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(module);
        // Without gradients a sequence holds its input for nothing but its first layer.
        if (module is Sequential { Count: > 1 } sequence && !is_grad_enabled())
        {
            var x = input;
            for (var layer = 0; layer < sequence.Count; layer++)
                x = ((Module<Tensor, Tensor>)sequence[layer]).Consume(x);
            return x;
        }

        using (input)
            return module.call(input);
    }
}
