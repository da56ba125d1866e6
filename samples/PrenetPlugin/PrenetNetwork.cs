using System.Globalization;
using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PrenetPlugin;

/// <summary>
/// PReNet: a small residual network that runs several times, each time over the degraded image and its last result, with a
/// convolutional LSTM to remember. Source: Ren et al., https://arxiv.org/abs/1901.09221.
/// </summary>
internal sealed class PrenetNetwork : Module, IBackbone
{
    private readonly int _passes;
    private readonly int _width;
    private readonly Module<Tensor, Tensor> _intro;
    private readonly Module<Tensor, Tensor> _inputGate;
    private readonly Module<Tensor, Tensor> _forgetGate;
    private readonly Module<Tensor, Tensor> _candidate;
    private readonly Module<Tensor, Tensor> _outputGate;
    private readonly Module<Tensor, Tensor>[] _blocks;
    private readonly Module<Tensor, Tensor> _ending;

    public PrenetNetwork(PrenetOptions options)
        : base(nameof(PrenetNetwork))
    {
        (_passes, _width) = (options.Passes, options.Width);
        _intro = Own("conv0", Convolution(Spec.InputChannels * 2, _width), ReLU(inplace: true));
        _blocks = [.. Enumerable.Range(1, options.ResidualBlocks).Select(number => Own(
            string.Create(CultureInfo.InvariantCulture, $"res_conv{number}"),
            Convolution(_width, _width), ReLU(inplace: true), Convolution(_width, _width), ReLU(inplace: true)))];
        _inputGate = Own("conv_i", Convolution(_width * 2, _width), Sigmoid());
        _forgetGate = Own("conv_f", Convolution(_width * 2, _width), Sigmoid());
        _candidate = Own("conv_g", Convolution(_width * 2, _width), Tanh());
        _outputGate = Own("conv_o", Convolution(_width * 2, _width), Sigmoid());
        _ending = Own("conv", Convolution(_width, Spec.InputChannels));
    }

    public BackboneSpec Spec { get; } = new(InputChannels: 3, SizeMultiple: 1, RequiresStyle: false);

    public Module Module => this;

    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        using var scope = NewDisposeScope();
        var image = degraded.ToChannelsLast();
        var (restored, memory) = Pass(image, image, Memory.Empty(image, _width));
        for (var pass = 1; pass < _passes; pass++)
        {
            var (before, known) = (restored, memory);
            (restored, memory) = Pass(image, before, known);
            before.Dispose();
            known.Dispose();
        }

        return restored.MoveToOuterDisposeScope();
    }

    /// <summary>One pass: N×3×H×W, and what it leaves to the next.</summary>
    private (Tensor Restored, Memory Memory) Pass(Tensor image, Tensor last, Memory memory)
    {
        using var images = cat([image, last], 1);               // N×6×H×W
        using var features = _intro.call(images);               // N×width×H×W
        memory = Remember(features, memory);
        var x = memory.Hidden.alias();
        foreach (var block in _blocks)
            x = AddTo(block, x);
        return (_ending.Consume(x).add_(image), memory);
    }

    /// <summary>The LSTM: what it forgets, what it takes up, and what of it this pass goes on with.</summary>
    private Memory Remember(Tensor features, Memory memory)
    {
        using var both = cat([features, memory.Hidden], 1);     // N×2·width×H×W
        var cell = Scale(memory.Cell, _forgetGate, both);
        using var candidate = _candidate.call(both);
        using var taken = Scale(candidate, _inputGate, both);
        cell.add_(taken);
        using var visible = cell.tanh();
        return new Memory(Scale(visible, _outputGate, both), cell);
    }

    private static Tensor Scale(Tensor value, Module<Tensor, Tensor> gate, Tensor both)
    {
        using var weight = gate.call(both);
        return value * weight;
    }

    /// <summary>relu(block(x) + x); disposes its input.</summary>
    private static Tensor AddTo(Module<Tensor, Tensor> block, Tensor input)
    {
        using (input)
        using (var output = block.call(input))
            return output.add(input).relu_();
    }

    private static Module<Tensor, Tensor> Convolution(int input, int output) => Layers.Convolution(input, output, 3);

    private Module<Tensor, Tensor> Own(string name, params Module<Tensor, Tensor>[] layers)
    {
        var module = Sequential(layers);
        register_module(name, module);
        return module;
    }

    /// <summary>What passes from one pass to the next, N×width×H×W each.</summary>
    private sealed record Memory(Tensor Hidden, Tensor Cell) : IDisposable
    {
        public static Memory Empty(Tensor image, long width)
        {
            var shape = image.shape;
            Tensor Zeros() => image.new_zeros([shape[0], shape[2], shape[3], width]).permute(0, 3, 1, 2);
            return new Memory(Zeros(), Zeros());
        }

        public void Dispose()
        {
            Hidden.Dispose();
            Cell.Dispose();
        }
    }
}
