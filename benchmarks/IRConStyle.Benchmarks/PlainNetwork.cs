using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Benchmarks;

/// <summary>What plain forms share: layers by the state_dict names of their weights.</summary>
/// <param name="weights">Parameters by their state_dict names.</param>
public abstract class PlainNetwork(IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>Parameters by their state_dict names.</summary>
    protected IReadOnlyDictionary<string, Tensor> Weights { get; } = weights;

    /// <summary>One block, N×C×H×W to the same shape.</summary>
    public abstract Tensor Block(string name, Tensor input);

    /// <summary>Blocks <c>0</c>, <c>1</c> … one after the other.</summary>
    protected Tensor Stage(string name, int count, Tensor x)
    {
        for (var i = 0; i < count; i++)
            x = Block($"{name}.{i}", x);
        return x;
    }

    /// <summary>A convolution, with a bias if there is one.</summary>
    protected Tensor Convolve(string name, Tensor x, int padding = 0, long groups = 1)
        => CpuConvolutions.Apply(x, Weights[$"{name}.weight"], safe => functional.conv2d(
            safe, Weights[$"{name}.weight"], Weights.GetValueOrDefault($"{name}.bias"), padding: [padding, padding], groups: groups));

    /// <summary>Layer norm over the channels; without an offset among the weights it does not centre either.</summary>
    protected Tensor Normalize(string name, Tensor x, double epsilon)
    {
        using var scope = NewDisposeScope();
        var centred = x - x.mean([1], keepdim: true);
        var deviation = (centred.pow(2).mean([1], keepdim: true) + epsilon).sqrt();
        var scale = Weights[$"{name}.weight"].view(1, -1, 1, 1);
        return (Weights.TryGetValue($"{name}.bias", out var bias)
            ? (scale * (centred / deviation)) + bias.view(1, -1, 1, 1)
            : scale * (x / deviation)).MoveToOuterDisposeScope();
    }
}
