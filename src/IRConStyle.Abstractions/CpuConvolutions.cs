using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Abstractions;

/// <summary>
/// Keeps convolutions right on processors that hide their caches, as some virtual machines' do. Elsewhere it does nothing.
/// </summary>
/// <remarks>
/// oneDNN 3.7.1, which libtorch 2.10 computes with, asks an AMD processor for its caches by leaf 0x8000001D of cpuid. Where that is empty
/// it takes the first-level cache to hold no byte and orders the loops of its <c>jit:uni</c> reorder as for data too large for it,
/// which the fill of padded blocks does not allow for: weights and feature maps are overwritten with zeros, and memory behind them too.
/// <para>
/// Two kinds of convolution escape it: over channels-last feature maps, whose layout needs no padding, unless the kernel is one pixel
/// and its blocks of output channels leave 16 of them empty; and those, over channels-first ones. So the layout of the input is
/// chosen by what is right; the values are the same. Images of one pixel have both layouts at once, so they get a second pixel.
/// </para>
/// </remarks>
public static class CpuConvolutions
{
    private const uint ExtendedLeaves = 0x80000000;
    private const uint CacheLeaf = 0x8000001D;
    private const int Lanes = 16;

    private static readonly ConditionalWeakTable<nn.Module, object> Kept = [];

    private static readonly object LaidOut = new();
    private static readonly object Widened = new();

    /// <summary>Inputs that were made here and are not the caller's, and how they were made.</summary>
    private static readonly ConditionalWeakTable<Tensor, object> Made = [];

    /// <summary>Whether oneDNN knows the processor's caches, and so computes every layout right.</summary>
    public static bool CachesAreKnown { get; } = !X86Base.IsSupported || !AsksTheCacheLeaf() || TheCacheLeafAnswers();

    /// <summary>
    /// Makes every convolution over images in a network take its input in a layout that is computed right, on the CPU. Does nothing
    /// where <see cref="CachesAreKnown"/>; a second call does nothing either. Convolutions called as functions are not seen.
    /// </summary>
    /// <param name="network">A network or a single layer.</param>
    public static void Keep(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (CachesAreKnown)
            return;

        foreach (var layer in network.modules().Prepend(network).OfType<TorchSharp.Modules.Convolution>())
        {
            if (layer.kernel_size.Length == 2 && Kept.TryAdd(layer, Kept))
            {
                layer.register_forward_pre_hook(TakeSafeLayout);
                layer.register_forward_hook((_, input, output) => Finish(input, output));
            }
        }
    }

    /// <summary>
    /// Whether one of the blocks of output channels that oneDNN may choose for a kernel of one pixel is left with 16 channels or more
    /// that do not exist. It tries blocks of 64 where they leave less, of 48 where 95 % of them are filled, of 32 and of 16 always, and
    /// takes the best by an estimate; 48 channels were seen in one block in every case.
    /// Source: <c>brg_blocking_t::fast_check_oc_block_1x1</c>.
    /// </summary>
    /// <param name="outputs">Output channels.</param>
    internal static bool LeavesEmptyLanes(long outputs)
    {
        var filled = Up(outputs, Lanes);
        var leaves = (int block) => Up(outputs, block) - filled >= Lanes;
        var tries48 = outputs >= 0.95 * Up(outputs, 48);
        return outputs != 48 && filled > Lanes && (leaves(32) || (tries48 && leaves(48)));
    }

    /// <summary>Calls a convolution that is no layer over an input whose layout is computed right; see <see cref="Keep"/>.</summary>
    /// <param name="input">N×C×H×W.</param>
    /// <param name="weight">Its weight; of a transposed one, input channels come first.</param>
    /// <param name="convolve">The convolution, with the values of <paramref name="input"/> as its argument.</param>
    /// <param name="transposed">Whether it is a transposed one.</param>
    /// <returns>What <paramref name="convolve"/> gave, owned by the caller.</returns>
    public static Tensor Apply(Tensor input, Tensor weight, Func<Tensor, Tensor> convolve, bool transposed = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(convolve);
        if (CachesAreKnown)
            return convolve(input);

        var safe = Safe(input, !transposed && weight.shape[2] == 1 && weight.shape[3] == 1 ? weight.shape[0] : 0);
        return Finish(safe, convolve(safe));
    }

    private static Tensor TakeSafeLayout(nn.Module<Tensor, Tensor> module, Tensor input)
    {
        var layer = (TorchSharp.Modules.Convolution)module;
        if (input.ndim == 4 && input.shape[2] == 1 && input.shape[3] == 1 && !IsSquare(layer))
            return input;
        var pixel = !layer.transposed && layer.kernel_size.All(side => side == 1);
        return Safe(input, pixel ? layer.out_channels / layer.groups : 0);
    }

    /// <param name="input">N×C×H×W.</param>
    /// <param name="pointwise">Output channels of a kernel of one pixel; 0 for another kernel.</param>
    /// <returns><paramref name="input"/> itself, or a tensor of <see cref="Made"/>.</returns>
    private static Tensor Safe(Tensor input, long pointwise)
    {
        if (input.device_type != DeviceType.CPU || input.ndim != 4)
            return input;

        // An image of one pixel has no layout to choose, so it gets a second one beside it: of zeros, as padding is.
        if (input.shape[2] == 1 && input.shape[3] == 1)
        {
            using var wide = nn.functional.pad(input, [0, 1]);
            return Remember(LeavesEmptyLanes(pointwise) ? wide.contiguous() : ChannelsLast(wide), Widened);
        }

        if (LeavesEmptyLanes(pointwise))
            return input.is_contiguous() ? input : Remember(input.contiguous(), LaidOut);

        using var pixels = input.permute(0, 2, 3, 1);
        return pixels.is_contiguous() ? input : Remember(ChannelsLast(input), LaidOut);
    }

    private static Tensor ChannelsLast(Tensor image)
    {
        using var pixels = image.permute(0, 2, 3, 1);
        using var packed = pixels.contiguous();
        return packed.permute(0, 3, 1, 2);
    }

    private static Tensor Remember(Tensor made, object how)
    {
        Made.Add(made, how);
        return made;
    }

    /// <summary>Lets go of an input that was made here, and of columns that a second pixel added: one pixel gives as many as rows.</summary>
    private static Tensor Finish(Tensor input, Tensor output)
    {
        if (!Made.TryGetValue(input, out var how))
            return output;
        Made.Remove(input);
        input.Dispose();
        if (!ReferenceEquals(how, Widened))
            return output;
        using (output)
        using (var columns = output.narrow(3, 0, output.shape[2]))
            return columns.contiguous();
    }

    private static bool IsSquare(TorchSharp.Modules.Convolution layer)
        => new[] { layer.kernel_size, layer.stride, layer.dilation }.All(sides => sides[0] == sides[^1])
            && (layer.padding is null || layer.padding.Length == 0 || layer.padding[0] == layer.padding[^1]);

    private static long Up(long value, int step) => (value + step - 1) / step * step;

    private static bool AsksTheCacheLeaf()
    {
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        var vendor = Encoding.ASCII.GetString(MemoryMarshal.AsBytes((ReadOnlySpan<int>)[b, d, c]));
        return vendor == "AuthenticAMD";
    }

    private static bool TheCacheLeafAnswers()
        => (uint)X86Base.CpuId(unchecked((int)ExtendedLeaves), 0).Eax < CacheLeaf
            || X86Base.CpuId(unchecked((int)CacheLeaf), 0) != (0, 0, 0, 0);
}
