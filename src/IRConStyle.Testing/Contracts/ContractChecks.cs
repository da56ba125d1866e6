namespace IRConStyle.Testing.Contracts;

/// <summary>All checks of all contracts.</summary>
public static class ContractChecks
{
    /// <summary>Contract by contract.</summary>
    public static IReadOnlyList<ContractCheck> All { get; } =
    [
        .. DescriptionContract.Checks,
        .. BackboneContract.Checks,
        .. EncoderContract.Checks,
        .. ContrastiveEncoderContract.Checks,
        .. InjectionContract.Checks,
        .. DatasetContract.Checks,
        .. DegradationContract.Checks,
        .. LossContract.Checks,
        .. ContrastiveLossContract.Checks,
        .. MetricContract.Checks,
        .. ScheduleContract.Checks,
    ];
}
