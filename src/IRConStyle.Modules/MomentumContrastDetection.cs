using IRConStyle.Abstractions;

namespace IRConStyle.Modules;

/// <summary>Recognises checkpoints of encoders that learn by momentum contrast, of their query network alone or of a whole training.</summary>
public static class MomentumContrastDetection
{
    /// <summary>Makes a detector. What it cannot tell matters for training only.</summary>
    /// <param name="anchor">A state name of the encoder's network.</param>
    /// <param name="isOwn">Whether the network is this encoder's and not a relative's.</param>
    public static IStateDetector Of(string anchor, Func<IStateShapes, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(isOwn);
        return new StateDetector(anchor, state =>
        {
            if (!isOwn(state))
                return null;
            var options = new MomentumContrastOptions();
            if (state.Axis("queue", 1) is > 0 and var length)
                options.QueueLength = length;
            return new DetectedOptions(options);
        });
    }
}
