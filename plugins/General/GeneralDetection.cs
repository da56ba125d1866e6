using IRConStyle.Abstractions;
using IRConStyle.Modules;

namespace IRConStyle.Plugins.General;

/// <summary>Recognises checkpoints of both networks; names and shapes tell everything.</summary>
internal static class GeneralDetection
{
    private const string Head = "Preprocess_Module.0.weight";
    private const string Tail = "Finetune_Module.1.0.weight";

    public static IStateDetector Styled { get; } = new StateDetector(UNetDetection.StyledAnchor, state => IsOfConvolutions(state)
        ? new DetectedOptions(new ConStyleGeneralOptions
        {
            Dim = UNetDetection.StyledDim(state),
            InputChannels = state.Axis(Head, 1),
            OutputChannels = state.Axis(Tail, 0),
            Bias = state.Has("local_fusion.bias"),
        })
        : null);

    public static IStateDetector Plain { get; } = new StateDetector("down1.0.weight", state => IsOfConvolutions(state) && state.Has("up1.0.weight")
        ? new DetectedOptions(new GeneralOptions
        {
            Dim = state.Axis(Head, 0),
            InputChannels = state.Axis(Head, 1),
            OutputChannels = state.Axis(Tail, 0),
        })
        : null);

    // Two convolutions in every stage, and a slope per channel behind each.
    private static bool IsOfConvolutions(IStateShapes state)
        => state.Find("Process_Module_l1.0.0.weight") is { Count: 4 } && state.Find("Process_Module_l1.1.1.weight") is { Count: 1 }
            && state.Count("Process_Module_l1.") == 2 && state.Has(Head) && state.Has(Tail);
}
