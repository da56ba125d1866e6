using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.Maxim;

/// <summary>
/// Recognises checkpoints of both networks. Of blocks and grids shapes tell how many pixels they have, not how these lie; the
/// slope of the activation and whether levels mix pixels at all leave no trace.
/// </summary>
internal static class MaximDetection
{
    private const int MaximumReduction = 1024;
    private const string Mixing = "SplitHeadMultiAxisGmlpLayer_0.";

    public static IStateDetector Plain { get; } = new StateDetector("stage_0_input_conv_0.weight", state =>
    {
        const string head = "stage_0_input_conv_0";
        var options = new MaximOptions { Features = state.Axis($"{head}.weight", 0), Bias = state.Has($"{head}.bias") };
        return Complete(state, options, level => $"stage_0_encoder_block_{level}.", "stage_0_global_block_0.");
    });

    public static IStateDetector Styled { get; } = new StateDetector("stage_input_conv_0.weight", state =>
    {
        const string head = "stage_input_conv_0", bottleneck = "Process_Module_bottom.";
        var options = new ConStyleMaximOptions
        {
            Features = state.Axis($"{head}.weight", 0),
            Bias = state.Has($"{head}.bias"),
            BottleneckBlocks = state.Count(bottleneck),
        };
        return Complete(state, options, level => $"Process_Module_l{level + 1}.", $"{bottleneck}0.");
    });

    private static DetectedOptions? Complete(IStateShapes state, MaximBlockOptions options, Func<int, string> level, string bottleneck)
    {
        var levels = Enumerable.Range(0, 3).Select(index => level(index)).ToArray();
        if (Array.Exists(levels, block => Block(state, block) == 0 || Grid(state, block) == 0))
            return null;
        // At low resolution the grid has the block's size; the bottleneck's has its own.
        var low = Block(state, bottleneck) is > 0 and var found ? found : Block(state, levels[2]);
        options.HighResolutionLevels = levels.TakeWhile(block => Block(state, block) != low || Grid(state, block) != low).Count();
        options.LowResolutionBlock = Sides(low);
        options.LowResolutionGrid = Sides(Grid(state, bottleneck) is > 0 and var grid ? grid : low);
        if (options.HighResolutionLevels > 0)
            (options.HighResolutionBlock, options.HighResolutionGrid) = (Sides(Block(state, levels[0])), Sides(Grid(state, levels[0])));

        var first = levels[0] + Mixing;
        options.InputFactor = Quotient(state, first + "in_project.weight");
        options.BlockFactor = Quotient(state, first + "BlockGmlpLayer.in_project.weight");
        options.GridFactor = Quotient(state, first + "GridGmlpLayer.in_project.weight");
        if (Reduction(state, levels, options.ChannelReduction) is not { } reduction)
            return null;
        options.ChannelReduction = reduction;
        return new DetectedOptions(
            options, nameof(options.UseGlobalMlp), nameof(options.LeakyReluSlope), nameof(options.HighResolutionBlock), nameof(options.HighResolutionGrid),
            nameof(options.LowResolutionBlock), nameof(options.LowResolutionGrid));
    }

    private static int Block(IStateShapes state, string block) => state.Axis($"{block}{Mixing}BlockGmlpLayer.BlockGatingUnit.Dense_0.weight", 0);

    private static int Grid(IStateShapes state, string block) => state.Axis($"{block}{Mixing}GridGmlpLayer.GridGatingUnit.Dense_0.weight", 0);

    private static int Quotient(IStateShapes state, string name) => state.Axis(name, 1) is > 0 and var width ? state.Axis(name, 0) / width : 0;

    /// <summary>The squarest sides of so many pixels, the longer one first.</summary>
    private static int[] Sides(int pixels)
    {
        var shorter = (int)Math.Sqrt(pixels);
        while (pixels % shorter != 0)
            shorter--;
        return [pixels / shorter, shorter];
    }

    /// <summary>What channels are divided by in channel attention, cut to whole numbers; the authors' value where it fits.</summary>
    private static int? Reduction(IStateShapes state, string[] levels, int authors)
    {
        var widths = levels.Select(block => $"{block}channel_attention_block_10.channel_attention.Conv_0.weight")
            .Select(name => (Channels: state.Axis(name, 1), Inside: state.Axis(name, 0))).ToArray();
        if (Array.Exists(widths, width => width.Channels < 1 || width.Inside < 1))
            return null;
        return Fits(authors) ? authors : Enumerable.Range(1, Math.Min(widths[0].Channels, MaximumReduction)).Cast<int?>().FirstOrDefault(reduction => Fits(reduction!.Value));

        bool Fits(int reduction) => Array.TrueForAll(widths, width => width.Channels / reduction == width.Inside);
    }
}
