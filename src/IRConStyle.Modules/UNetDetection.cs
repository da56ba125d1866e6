using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>What names and shapes tell of the two U-Nets, whatever their blocks.</summary>
public static class UNetDetection
{
    /// <summary>A state name of every <see cref="StyledUNet"/>.</summary>
    public const string StyledAnchor = "DC1.down.0.weight";

    /// <summary>A state name of every <see cref="PlainUNet"/>.</summary>
    public const string PlainAnchor = "intro.weight";

    private static readonly string[] EncoderStages = [.. Enumerable.Range(1, 3).Select(level => $"Process_Module_l{level}.")];
    private static readonly string[] DecoderStages = [.. Enumerable.Range(1, 3).Select(level => $"Process_Module_r{level}.")];

    /// <summary>What stands before the names of each stage of a <see cref="StyledUNet"/>: three of the encoder, the bottleneck, three of the decoder, each from full size down.</summary>
    public static IReadOnlyList<string> StyledStages { get; } = [.. EncoderStages, "Process_Module_bottom.", .. DecoderStages];

    /// <summary>Channels at full size of a <see cref="StyledUNet"/>; 0 when the state is none of one.</summary>
    /// <param name="state">Names and shapes.</param>
    public static int StyledDim(IStateShapes state) => state.Axis(StyledAnchor, 1);

    /// <summary>Channels of a <see cref="StyledUNet"/> in a stage.</summary>
    /// <param name="dim">Channels at full size.</param>
    /// <param name="stage">Index into <see cref="StyledStages"/>.</param>
    public static int StyledChannels(int dim, int stage) => dim * (stage <= 3 ? stage + 1 : stage - 2);

    /// <summary>Reads width and depth of a U-Net of equal blocks.</summary>
    /// <typeparam name="TOptions">The backbone's options.</typeparam>
    /// <param name="state">Names and shapes.</param>
    /// <param name="isBlock">Whether what stands before the names of a block is one of this network's.</param>
    /// <returns>The options; null when there is no block, or one of another network.</returns>
    public static TOptions? ReadStyled<TOptions>(IStateShapes state, Func<string, bool> isBlock)
        where TOptions : UNetOptions, new()
    {
        ArgumentNullException.ThrowIfNull(isBlock);
        var blocks = StyledStages.Select(stage => state.Count(stage)).ToArray();
        return AreBlocks(StyledStages.Zip(blocks), isBlock)
            ? new TOptions { Dim = StyledDim(state), EncoderBlocks = blocks[..3], BottleneckBlocks = blocks[3], DecoderBlocks = blocks[4..] }
            : null;
    }

    /// <summary>Reads width and depth of a <see cref="PlainUNet"/>.</summary>
    /// <typeparam name="TOptions">The backbone's options.</typeparam>
    /// <param name="state">Names and shapes.</param>
    /// <param name="isBlock">Whether what stands before the names of a block is one of this network's.</param>
    /// <returns>The options; null when there is no block, or one of another network.</returns>
    public static TOptions? ReadPlain<TOptions>(IStateShapes state, Func<string, bool> isBlock)
        where TOptions : PlainUNetOptions, new()
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(isBlock);
        var levels = Enumerable.Range(0, state.Count("downs.")).ToArray();
        var (encoders, decoders) = (levels.Select(level => $"encoders.{level}.").ToArray(), levels.Select(level => $"decoders.{level}.").ToArray());
        string[] stages = [.. encoders, "middle_blks.", .. decoders];
        var blocks = stages.Select(stage => state.Count(stage)).ToArray();
        if (!AreBlocks(stages.Zip(blocks), isBlock) || levels.Length != state.Count("ups."))
            return null;
        return new TOptions
        {
            ImageChannels = state.Axis(PlainAnchor, 1),
            Width = state.Axis(PlainAnchor, 0),
            EncoderBlocks = blocks[..levels.Length],
            BottleneckBlocks = blocks[levels.Length],
            DecoderBlocks = blocks[(levels.Length + 1)..],
        };
    }

    private static bool AreBlocks(IEnumerable<(string Stage, int Count)> stages, Func<string, bool> isBlock)
    {
        var filled = stages.Where(stage => stage.Count > 0).ToArray();
        return filled.Length > 0 && Array.TrueForAll(filled, stage => isBlock($"{stage.Stage}0."));
    }
}
