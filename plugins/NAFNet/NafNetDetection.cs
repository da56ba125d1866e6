using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.NAFNet;

/// <summary>Recognises checkpoints of both networks; names and shapes tell everything.</summary>
internal static class NafNetDetection
{
    public static IStateDetector Styled { get; } = new StateDetector(UNetDetection.StyledAnchor, state =>
    {
        if (UNetDetection.ReadStyled<ConStyleNafNetOptions>(state, block => IsBlock(state, block)) is not { } options)
            return null;
        options.InputChannels = state.Axis("Preprocess_Module.0.weight", 1);
        return new DetectedOptions(options);
    });

    public static IStateDetector Plain { get; } = new StateDetector(
        UNetDetection.PlainAnchor,
        state => UNetDetection.ReadPlain<NafNetOptions>(state, block => IsBlock(state, block)) is { } options ? new DetectedOptions(options) : null);

    // KBNet's blocks have these names too, and more.
    private static bool IsBlock(IStateShapes state, string block)
        => state.Has(block + "beta") && state.Has(block + "sca.1.weight") && state.Has(block + "conv5.weight") && !state.Has(block + "attgamma");
}
