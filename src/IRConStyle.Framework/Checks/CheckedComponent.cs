using IRConStyle.Abstractions;

namespace IRConStyle.Framework.Checks;

/// <summary>
/// Puts a check between the engine and a plugin's component: what it throws and what it returns is judged where it enters
/// the engine, and told with its plugin. Results are checked once for each kind and shape of input, so that a loop pays for
/// a look-up.
/// </summary>
internal static class CheckedComponent
{
    /// <summary>Wraps a component of a known contract; others stay as they are.</summary>
    /// <typeparam name="TComponent">The contract.</typeparam>
    /// <param name="component">The component, which stays behind what is returned.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <exception cref="ComponentFaultException">What it says of itself is impossible.</exception>
    public static TComponent Wrap<TComponent>(TComponent component, ComponentOrigin origin)
        where TComponent : class
    {
        object wrapped = component switch
        {
            IBackbone backbone => new CheckedBackbone(backbone, origin),
            IContrastiveStyleEncoder encoder => new CheckedContrastiveEncoder(encoder, origin),
            IStyleEncoder encoder => new CheckedEncoder(encoder, origin),
            IStyleInjection injection => new CheckedInjection(injection, origin),
            IDegradation degradation => new CheckedDegradation(degradation, origin),
            IRestorationDataset dataset => new CheckedDataset(dataset, origin),
            IRestorationLoss loss => new CheckedLoss(loss, origin),
            IContrastiveLoss loss => new CheckedContrastiveLoss(loss, origin),
            IMetric metric => new CheckedMetric(metric, origin),
            ILearningRateSchedule schedule => new CheckedSchedule(schedule, origin),
            _ => component,
        };
        return (TComponent)wrapped;
    }
}
