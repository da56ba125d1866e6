using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.Restormer;

/// <summary>Recognises checkpoints of both networks; names and shapes tell everything where no level is empty.</summary>
internal static class RestormerDetection
{
    private const double AuthorsExpansion = 2.66;

    public static IStateDetector Styled { get; } = new StateDetector(UNetDetection.StyledAnchor, state =>
    {
        if (UNetDetection.ReadStyled<ConStyleRestormerOptions>(state, block => IsBlock(state, block)) is not { } options || Expansion(state) is not { } expansion)
            return null;
        // The last number behind the blocks is the convolution that ends the network.
        options.RefinementBlocks = state.Count("Finetune_Module.") - 1;
        options.ExpansionFactor = expansion;
        options.Bias = state.Has("local_fusion.bias");
        options.LayerNorm = Norm(state);
        options.InputChannels = state.Axis("Preprocess_Module.proj.weight", 1);
        options.OutputChannels = state.Axis($"Finetune_Module.{options.RefinementBlocks}.weight", 0);
        return Complete(options, options.Heads, level => level switch
        {
            0 => Heads(state, "Process_Module_l1.", "Process_Module_r1.", "Finetune_Module."),
            3 => Heads(state, "Process_Module_bottom."),
            _ => Heads(state, $"Process_Module_l{level + 1}.", $"Process_Module_r{level + 1}."),
        });
    });

    public static IStateDetector Plain { get; } = new StateDetector("patch_embed.proj.weight", state =>
    {
        int[] blocks = [state.Count("encoder_level1."), state.Count("encoder_level2."), state.Count("encoder_level3."), state.Count("latent.")];
        if (!state.Has("output.weight") || Expansion(state) is not { } expansion || Enumerable.Range(0, 3).Any(level => state.Count($"decoder_level{level + 1}.") != blocks[level]))
            return null;
        var options = new RestormerOptions
        {
            InputChannels = state.Axis("patch_embed.proj.weight", 1),
            OutputChannels = state.Axis("output.weight", 0),
            Dim = state.Axis("patch_embed.proj.weight", 0),
            LevelBlocks = blocks,
            RefinementBlocks = state.Count("refinement."),
            ExpansionFactor = expansion,
            Bias = state.Has("output.bias"),
            LayerNorm = Norm(state),
            DualPixel = state.Has("skip_conv.weight"),
        };
        return Complete(options, options.Heads, level => level switch
        {
            0 => Heads(state, "encoder_level1.", "refinement."),
            3 => Heads(state, "latent."),
            _ => Heads(state, $"encoder_level{level + 1}."),
        });
    });

    // A level without blocks does not tell its heads, and has no use for them.
    private static DetectedOptions Complete(object options, int[] heads, Func<int, int> find)
    {
        for (var level = 0; level < heads.Length; level++)
            if (find(level) is > 0 and var found)
                heads[level] = found;
        return new DetectedOptions(options);
    }

    private static int Heads(IStateShapes state, params string[] stages)
        => stages.Select(stage => state.Axis($"{stage}0.attn.temperature", 0)).FirstOrDefault(heads => heads > 0);

    private static bool IsBlock(IStateShapes state, string block) => state.Has(block + "attn.temperature") && state.Has(block + "ffn.project_in.weight");

    private static string Norm(IStateShapes state)
        => state.Names.Any(name => name.EndsWith(".norm1.body.bias", StringComparison.Ordinal)) ? BlockSettings.WithBias : BlockSettings.BiasFree;

    // The first convolution makes both halves, of which one gates the other.
    private static double? Expansion(IStateShapes state)
    {
        var widths = state.Names.Where(name => name.EndsWith(".ffn.project_in.weight", StringComparison.Ordinal))
            .Select(name => (state.Axis(name, 1), state.Axis(name, 0) / 2)).ToArray();
        return widths.Length == 0 ? null : StateShapesExtensions.Factor(widths, AuthorsExpansion);
    }
}
