using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.Uformer;

/// <summary>
/// Recognises checkpoints of both networks. Whether windows shift and how large images were meant to be leaves no trace but
/// in windows that the image limits.
/// </summary>
internal static class UformerDetection
{
    private const double AuthorsRatio = 4;

    private static readonly string[] PlainStages =
        [.. Enumerable.Range(0, 4).Select(level => $"encoderlayer_{level}."), "conv.", .. Enumerable.Range(0, 4).Select(level => $"decoderlayer_{level}.")];

    // The decoder's stages are numbered from full size down; options count along the network.
    private static readonly string[] StyledStages = [.. UNetDetection.StyledStages.Take(4), .. UNetDetection.StyledStages.Skip(4).Reverse()];

    public static IStateDetector Styled { get; } = new StateDetector(UNetDetection.StyledAnchor, state =>
    {
        if (state.Axis("Preprocess_Module.proj.0.weight", 0) is 0)
            return null;
        var options = new ConStyleUformerOptions
        {
            Dim = UNetDetection.StyledDim(state),
            InputChannels = state.Axis("Preprocess_Module.proj.0.weight", 1),
            OutputChannels = state.Axis("Finetune_Module.proj.0.weight", 0),
            StageBlocks = Blocks(state, StyledStages),
        };
        return Complete(state, options, StyledStages, options.Heads);
    });

    public static IStateDetector Plain { get; } = new StateDetector("dowsample_0.conv.0.weight", state =>
    {
        var options = new UformerOptions
        {
            Dim = state.Axis("input_proj.proj.0.weight", 0),
            InputChannels = state.Axis("input_proj.proj.0.weight", 1),
            OutputChannels = state.Axis("output_proj.proj.0.weight", 0),
            StageBlocks = Blocks(state, PlainStages),
        };
        return options.Dim == 0 ? null : Complete(state, options, PlainStages, options.Heads);
    });

    private static int[] Blocks(IStateShapes state, string[] stages) => [.. stages.Select(stage => state.Count($"{stage}blocks."))];

    private static DetectedOptions? Complete(IStateShapes state, WindowAttentionOptions options, string[] stages, int[] heads)
    {
        var windows = new int[stages.Length];
        for (var stage = 0; stage < stages.Length; stage++)
        {
            // A row for every distance of two pixels in a window: 2w-1 each way.
            var table = $"{stages[stage]}blocks.0.attn.relative_position_bias_table";
            windows[stage] = ((int)Math.Sqrt(state.Axis(table, 0)) + 1) / 2;
            if (state.Axis(table, 1) is > 0 and var found)
                heads[stage] = found;
        }

        var widths = state.Names.Where(IsWidening).Select(name => (state.Axis(name, 1), state.Axis(name, 0))).ToArray();
        if (widths.Length == 0 || StateShapesExtensions.Factor(widths, AuthorsRatio) is not { } ratio)
            return null;
        var decoder = stages.Skip((stages.Length / 2) + 1).ToArray();
        options.MlpRatio = ratio;
        options.FeedForward = state.Names.Any(name => name.EndsWith(".mlp.dwconv.0.weight", StringComparison.Ordinal)) ? "leff" : "ffn";
        options.QkvBias = state.Names.Any(name => name.EndsWith(".attn.qkv.to_q.bias", StringComparison.Ordinal));
        options.Modulator = Array.Exists(decoder, stage => state.Has($"{stage}blocks.0.modulator.weight"));
        options.CrossModulator = Array.Exists(decoder, stage => state.Has($"{stage}blocks.0.cross_modulator.weight"));
        options.WindowSize = windows.Max();
        return new DetectedOptions(options, SetImageSize(options, windows));
    }

    private static bool IsWidening(string name)
        => name.EndsWith(".mlp.linear1.0.weight", StringComparison.Ordinal) || name.EndsWith(".mlp.fc1.weight", StringComparison.Ordinal);

    // Where an image is smaller than a window, the window has the image's size there.
    private static string[] SetImageSize(WindowAttentionOptions options, int[] windows)
    {
        var levels = windows.Length / 2;
        int[] sizes = [.. Enumerable.Range(0, levels + 1).Where(level => windows[level] > 0 && windows[level] < options.WindowSize).Select(level => windows[level] << level)];
        if (sizes.Length > 0)
            options.ImageSize = sizes.Max();
        else if (options.ImageSize >> levels < options.WindowSize)
            options.ImageSize = options.WindowSize << levels;
        return [nameof(options.ShiftWindows), nameof(options.ImageSize)];
    }
}
