using IRConStyle.Abstractions;
using IRConStyle.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// What MAXIM with one stage and its ConStyle form have in common, which is the way of the image: three levels down with the
/// image at three scales, a bottleneck of global mixing, skip connections gated by the features from below, and three levels
/// up, each joined by the skip connections of all levels. Which layers these are and what they are named, the forms say.
/// Source: MAXIM, https://arxiv.org/abs/2201.02973.
/// </summary>
internal abstract class MaximUNet : Module, IBackbone
{
    /// <summary>How often the image is halved.</summary>
    protected const int Levels = 3;

    private readonly MaximBlockOptions _options;
    private readonly string _bottleneckName;
    private readonly int _sizeMultiple;

    /// <param name="name">The class's name.</param>
    /// <param name="options">What the blocks are made of.</param>
    /// <param name="bias">Whether layers have a bias.</param>
    /// <param name="bottleneckName">How state names in the bottleneck begin.</param>
    /// <exception cref="IRConStyleException">The options do not fit each other.</exception>
    protected MaximUNet(string name, MaximBlockOptions options, bool bias, string bottleneckName)
        : base(name)
    {
        if (options.Features % 4 != 0)
            throw new IRConStyleException($"Features is {options.Features}.", "Give a multiple of 4, such as 32.");
        (_options, _bottleneckName) = (options, bottleneckName);
        LevelSettings = [.. Enumerable.Range(0, Levels).Select(level => BlockSettings.OfLevel(options, bias, level))];
        BottleneckSettings = BlockSettings.OfBottleneck(options, bias);
        _sizeMultiple = BlockSettings.SizeMultiple([.. LevelSettings, BottleneckSettings]);
    }

    /// <inheritdoc/>
    public BackboneSpec Spec => new(3, _sizeMultiple, TakesStyle);

    /// <inheritdoc/>
    public Module Module => this;

    /// <summary>Whether style enters the network.</summary>
    protected virtual bool TakesStyle => false;

    /// <summary>How the blocks of each level are built, from full size down.</summary>
    protected BlockSettings[] LevelSettings { get; }

    /// <summary>How the blocks of the bottleneck are built.</summary>
    protected BlockSettings BottleneckSettings { get; }

    /// <summary>From the image at each level's scale to features.</summary>
    protected Conv2d[] Heads { get; } = new Conv2d[Levels];

    /// <summary>The encoder's blocks, joined by what comes from above and the features of the image at their scale.</summary>
    protected EncoderBlock[] Encoders { get; } = new EncoderBlock[Levels];

    /// <summary>What brings the encoder's features to a level's gate: [the gate's level, the features' level].</summary>
    protected IFeatureSource[,] SkipSources { get; } = new IFeatureSource[Levels, Levels];

    /// <summary>The gates of the skip connections.</summary>
    protected CrossGatingBlock[] Gates { get; } = new CrossGatingBlock[Levels];

    /// <summary>What brings gated skip connections to a level's decoder: [the decoder's level, the skip connection's level].</summary>
    protected IFeatureSource[,] DecoderSources { get; } = new IFeatureSource[Levels, Levels];

    /// <summary>What brings the features from below to a level's decoder.</summary>
    protected IFeatureSource[] Upsamplings { get; } = new IFeatureSource[Levels];

    /// <summary>The decoder's blocks, joined by the features from below and the skip connections of all levels.</summary>
    protected DecoderBlock[] Decoders { get; } = new DecoderBlock[Levels];

    /// <inheritdoc/>
    public bool IsDormant(string stateName) =>
        EncoderBlock.IsDormant(stateName, stateName.StartsWith(_bottleneckName, StringComparison.Ordinal), _options);

    /// <inheritdoc/>
    public Tensor Restore(Tensor degraded, StyleCode? style)
    {
        if (TakesStyle)
            ArgumentNullException.ThrowIfNull(style);
        using var scope = NewDisposeScope();
        var image = degraded.permute(0, 2, 3, 1).contiguous();                  // N×H×W×3
        var sizes = Enumerable.Range(0, Levels)
            .Select(level => new[] { image.shape[0], image.shape[1] >> level, image.shape[2] >> level }).ToArray();

        var encoded = new Tensor[Levels];
        Tensor? x = null;
        for (var level = 0; level < Levels; level++)
        {
            var scaled = Heads[level].OnPixels(DownsampleNearest(image, level));
            // The first level has nothing above it and is joined by its own input.
            encoded[level] = Encoders[level].Process(sizes[level], Unchanged(x ?? scaled), Unchanged(scaled));
            x = Downsample(level, encoded[level], style);                       // N×h/2×w/2×C
        }

        x = RunBottleneck(x!, style);                                           // N×H/8×W/8×C

        var skips = new Tensor[Levels];
        var global = x;
        for (var level = Levels - 1; level >= 0; level--)
            (skips[level], global) = Gates[level].Gate(
                global,
                (SkipSources[level, 0], encoded[0]),
                (SkipSources[level, 1], encoded[1]),
                (SkipSources[level, 2], encoded[2]));                           // N×h×w×C, both

        for (var level = Levels - 1; level >= 0; level--)
            x = Decoders[level].Process(
                sizes[level],
                (Upsamplings[level], x),
                (DecoderSources[level, 2], skips[2]),
                (DecoderSources[level, 1], skips[1]),
                (DecoderSources[level, 0], skips[0]));                          // N×h×w×C

        x = ToImage(x).add_(image);
        return x.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>From one level of the encoder to the next.</summary>
    /// <param name="level">The level, from 0.</param>
    /// <param name="pixels">N×h×w×C, the level's features.</param>
    /// <param name="style">The style code; null where none enters.</param>
    /// <returns>N×h/2×w/2×D, contiguous.</returns>
    protected abstract Tensor Downsample(int level, Tensor pixels, StyleCode? style);

    /// <summary>Runs the bottleneck.</summary>
    /// <param name="pixels">N×H/8×W/8×C; disposed.</param>
    /// <param name="style">The style code; null where none enters.</param>
    /// <returns>N×H/8×W/8×D, contiguous.</returns>
    protected abstract Tensor RunBottleneck(Tensor pixels, StyleCode? style);

    /// <summary>From the last features to what is added to the image.</summary>
    /// <param name="pixels">N×H×W×C.</param>
    /// <returns>N×H×W×3, contiguous.</returns>
    protected abstract Tensor ToImage(Tensor pixels);

    /// <summary>A factor between two levels.</summary>
    protected static double Scale(int from, int to) => Math.ScaleB(1, from - to);

    private static (IFeatureSource Source, Tensor Pixels) Unchanged(Tensor pixels) =>
        (new BilinearResampling((int)pixels.shape[3]), pixels);

    /// <summary>Picks the nearest pixel to the centre of every square of 2^level, the later one of equals.</summary>
    /// <param name="image">N×H×W×3.</param>
    /// <param name="level">How often the sides are halved.</param>
    /// <returns>N×H/2^level×W/2^level×3, contiguous, owned by the caller.</returns>
    private static Tensor DownsampleNearest(Tensor image, int level)
    {
        var step = 1L << level;
        using var rows = image.slice(1, step / 2, image.shape[1], step);
        using var pixels = rows.slice(2, step / 2, image.shape[2], step);
        return pixels.contiguous();
    }
}
