using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.KBNet;

/// <summary>Recognises checkpoints of both networks; names and shapes tell everything.</summary>
internal static class KbNetDetection
{
    private const double AuthorsScale = 2;

    public static IStateDetector Styled { get; } = new StateDetector(UNetDetection.StyledAnchor, state =>
    {
        if (UNetDetection.ReadStyled<ConStyleKbNetOptions>(state, block => IsBlock(state, block)) is not { } options || Scale(state) is not { } scale)
            return null;
        options.ImageChannels = state.Axis("Preprocess_Module.0.weight", 1);
        (options.Lightweight, options.FeedForwardScale) = (IsLightweight(state), scale);
        return new DetectedOptions(options);
    });

    public static IStateDetector Plain { get; } = new StateDetector(UNetDetection.PlainAnchor, state =>
    {
        if (UNetDetection.ReadPlain<KbNetOptions>(state, block => IsBlock(state, block)) is not { } options || Scale(state) is not { } scale)
            return null;
        (options.Lightweight, options.FeedForwardScale) = (IsLightweight(state), scale);
        return new DetectedOptions(options);
    });

    private static bool IsBlock(IStateShapes state, string block) => state.Has(block + "attgamma") && state.Has(block + "ga1");

    // The large convolution is grouped 5×5, or depthwise 3×3.
    private static bool IsLightweight(IStateShapes state)
        => state.Names.FirstOrDefault(name => name.EndsWith(".conv11.1.weight", StringComparison.Ordinal)) is { } name && state.Axis(name, 3) == 3;

    private static double? Scale(IStateShapes state) => StateShapesExtensions.Factor(
        [.. state.Names.Where(name => name.EndsWith(".conv4.weight", StringComparison.Ordinal)).Select(name => (state.Axis(name, 1), state.Axis(name, 0)))],
        AuthorsScale);
}
