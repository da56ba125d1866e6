using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Uformer;

/// <summary>
/// Locally enhanced feed-forward (LeFF): widens every pixel, mixes it with its neighbours channel by channel, and narrows it
/// (state names <c>linear1.0</c>, <c>dwconv.0</c>, <c>linear2.0</c>). Source: Uformer, https://arxiv.org/abs/2106.03106.
/// </summary>
internal sealed class LocallyEnhancedFeedForward : Module<Tensor, Tensor>
{
    /// <summary>Of widened pixels: what stays in a core's share of the last cache.</summary>
    private const long BandBytesPerThread = 4 * 1024 * 1024;

    /// <summary>Of a band; each band computes two rows more than it gives.</summary>
    private const long MinimumRows = 8;

    private readonly Linear _widen;
    private readonly Conv2d _mix;
    private readonly Linear _narrow;

    public LocallyEnhancedFeedForward(int channels, int hidden)
        : base(nameof(LocallyEnhancedFeedForward))
    {
        _widen = Linear(channels, hidden);
        _mix = Layers.Convolution(hidden, hidden, 3, groups: hidden);
        _narrow = Linear(hidden, channels);
        register_module("linear1", Sequential(_widen));
        register_module("dwconv", Sequential(_mix));
        register_module("linear2", Sequential(_narrow));
    }

    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var height = pixels.shape[1];
        var step = BandHeight(pixels);
        if (step >= height)
            return Rows(pixels, 0, height).MoveToOuterDisposeScope();

        // The widened pixels are the largest tensors of the network: in bands of rows they stay small and in the cache.
        var output = empty_like(pixels);
        for (var top = 0L; top < height; top += step)
        {
            using var inner = NewDisposeScope();
            var rows = Math.Min(step, height - top);
            output.narrow(1, top, rows).copy_(Rows(pixels, top, rows));
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The result for some rows, N×rows×W×C, which depends on one more row on either side.</summary>
    private Tensor Rows(Tensor pixels, long top, long rows)
    {
        var first = Math.Max(top - 1, 0);
        var end = Math.Min(top + rows + 1, pixels.shape[1]);
        using var near = pixels.narrow(1, first, end - first);
        using var wide = Activate(_widen.call(near));               // N×(rows+2)×W×hidden
        var mixed = _mix.Consume(wide.ToMaps()).ToPixels();
        wide.Dispose();
        // The convolution's own padding is right at the edges of the image only; the rows around a band are there for it.
        using var right = mixed.narrow(1, top - first, rows);
        mixed.Dispose();
        return _narrow.Consume(Activate(right));
    }

    private static Tensor Activate(Tensor input)
    {
        // The backward pass needs what went in.
        if (is_grad_enabled())
            using (input)
                return functional.gelu(input);
        return input.gelu_();
    }

    /// <summary>How many rows go at once; all of them where gradients are recorded.</summary>
    private long BandHeight(Tensor pixels)
    {
        if (is_grad_enabled() || pixels.device_type != DeviceType.CPU)
            return pixels.shape[1];
        var rowBytes = pixels.shape[0] * pixels.shape[2] * _widen.out_features * pixels.element_size();
        return Math.Max(BandBytesPerThread * get_num_threads() / rowBytes, MinimumRows);
    }
}

/// <summary>The feed-forward part (FFN) of every pixel alone (state names <c>fc1</c>, <c>fc2</c>).</summary>
internal sealed class Mlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")]
    private readonly Linear _widen;

    [ComponentName(Name = "fc2")]
    private readonly Linear _narrow;

    public Mlp(int channels, int hidden)
        : base(nameof(Mlp))
    {
        _widen = Linear(channels, hidden);
        _narrow = Linear(hidden, channels);
        RegisterComponents();
    }

    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×H×W×C, owned by the caller.</returns>
    public override Tensor forward(Tensor pixels)
    {
        using var wide = _widen.call(pixels);                   // N×H×W×hidden
        return _narrow.Consume(functional.gelu(wide));
    }
}
