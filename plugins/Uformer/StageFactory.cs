using System.Numerics;
using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Uformer;

/// <summary>
/// Makes the stages of a U-Net of window attention: as many in the encoder as in the decoder, and the bottleneck between
/// them. Knows the window and the drop rate of each.
/// </summary>
internal sealed class StageFactory
{
    private readonly WindowAttentionOptions _options;
    private readonly int[] _blocks;
    private readonly int[] _heads;
    private readonly int _levels;
    private readonly double[][] _dropPath;

    /// <param name="options">What holds for all stages.</param>
    /// <param name="blocks">Blocks of each stage; an odd number of stages.</param>
    /// <param name="heads">Attention heads of each stage.</param>
    /// <exception cref="IRConStyleException">The numbers do not fit each other.</exception>
    public StageFactory(WindowAttentionOptions options, int[] blocks, int[] heads)
    {
        (_options, _blocks, _heads, _levels) = (options, blocks, heads, blocks.Length / 2);
        if (heads.Length != blocks.Length)
            throw new IRConStyleException(
                $"StageBlocks has {blocks.Length} numbers, Heads {heads.Length}.", "Give both as many.");
        if (blocks.Any(count => count < 0))
            throw new IRConStyleException($"StageBlocks is [{string.Join(", ", blocks)}].", "Give numbers from 0 up.");
        if (options.ImageSize >> _levels == 0)
            throw new IRConStyleException(
                $"ImageSize is {options.ImageSize}, which leaves no pixel after {_levels} halvings.",
                $"Give at least {1 << _levels}.");
        if (options.Modulator && Window(_levels - 1) < options.WindowSize)
            throw new IRConStyleException(
                $"ImageSize {options.ImageSize} leaves the decoder windows of {Window(_levels - 1)} pixels, "
                    + $"but the modulator has offsets for {options.WindowSize}.",
                $"Give an ImageSize from {options.WindowSize << (_levels - 1)} up, or no Modulator.");
        _dropPath = DropPath();
    }

    /// <summary>Height and width of an image must be multiples of this to fall into whole windows at every level.</summary>
    public int SizeMultiple
    {
        get
        {
            var multiple = 1L;
            for (var level = 0; level <= _levels; level++)
            {
                var side = (long)Window(level) << level;
                multiple = multiple / (long)BigInteger.GreatestCommonDivisor(multiple, side) * side;
            }

            return multiple <= int.MaxValue
                ? (int)multiple
                : throw new IRConStyleException(
                    $"With ImageSize {_options.ImageSize} and WindowSize {_options.WindowSize} no image falls into whole windows.",
                    "Give an ImageSize that is a multiple of WindowSize.");
        }
    }

    /// <summary>Makes one stage, which keeps the shape N×C×H×W of its input.</summary>
    /// <param name="stage">Which one, counted along the network.</param>
    /// <param name="channels">Its channels.</param>
    public UformerStage Create(int stage, int channels)
    {
        if (_heads[stage] < 1 || channels % _heads[stage] != 0)
            throw new IRConStyleException(
                $"Heads is [{string.Join(", ", _heads)}], but stage {stage} has {channels} channels.",
                "Give numbers that divide the channels.");
        return new UformerStage(Enumerable.Range(0, _blocks[stage]).Select(index => new UformerBlock(Shape(stage, index, channels))));
    }

    private BlockShape Shape(int stage, int index, int channels)
    {
        var isDecoder = stage > _levels;
        var level = Level(stage);
        var window = Window(level);
        // One window over the whole image has nowhere to go.
        var shifts = _options.ShiftWindows && index % 2 == 1 && _options.ImageSize >> level > _options.WindowSize;
        return new(
            channels,
            _heads[stage],
            window,
            _options.WindowSize * _options.WindowSize,
            shifts ? window / 2 : 0,
            Math.Max(1, (int)(channels * _options.MlpRatio)),
            _options.FeedForward == "leff",
            _options.QkvBias,
            isDecoder && _options.Modulator,
            isDecoder && _options.CrossModulator,
            _dropPath[stage][index]);
    }

    private int Level(int stage) => Math.Min(stage, _blocks.Length - 1 - stage);

    private int Window(int level) => Math.Min(_options.ImageSize >> level, _options.WindowSize);

    /// <summary>
    /// The rate grows block by block from 0 at full size to the whole rate above the bottleneck, which has it too; the
    /// decoder has the encoder's rates in reverse.
    /// </summary>
    private double[][] DropPath()
    {
        var encoder = _blocks.Take(_levels).Sum();
        var rates = Enumerable.Range(0, encoder)
            .Select(index => encoder == 1 ? 0 : _options.DropPathRate * index / (encoder - 1))
            .ToArray();
        return [.. Enumerable.Range(0, _blocks.Length).Select(OfStage)];

        double[] OfStage(int stage)
        {
            if (stage == _levels)
                return [.. Enumerable.Repeat(_options.DropPathRate, _blocks[stage])];
            var isDecoder = stage > _levels;
            var before = _blocks.Take(stage).Skip(isDecoder ? _levels + 1 : 0).Sum();
            // A decoder longer than the encoder ends with blocks that always stay.
            var source = isDecoder ? rates.Reverse().Concat(Enumerable.Repeat(0.0, _blocks.Sum())) : rates;
            return [.. source.Skip(before).Take(_blocks[stage])];
        }
    }
}
