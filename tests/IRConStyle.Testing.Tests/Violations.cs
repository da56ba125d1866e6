using IRConStyle.Abstractions;
using IRConStyle.Testing.Contracts;

namespace IRConStyle.Testing.Tests;

/// <summary>A component that breaks one requirement, and what is to be said about it.</summary>
/// <param name="Contract">The contract.</param>
/// <param name="Check">The check that is to find it.</param>
/// <param name="Run">Runs that check on the component.</param>
/// <param name="Finding">Part of the message.</param>
public sealed record Violation(Type Contract, string Check, Action Run, string Finding);

/// <summary>One violation of every check.</summary>
internal static class Violations
{
    public static IReadOnlyList<Violation> All { get; } =
    [
        .. DescriptionViolations.All,
        .. BackboneViolations.All,
        .. EncoderViolations.All,
        .. ContrastiveEncoderViolations.All,
        .. InjectionViolations.All,
        .. DatasetViolations.All,
        .. DegradationViolations.All,
        .. LossViolations.All,
        .. MetricViolations.All,
        .. ScheduleViolations.All,
    ];

    /// <summary>A component that is to fail a check.</summary>
    public static Violation Of<TContract, TSubject>(string check, TSubject subject, string finding)
    {
        var found = ContractChecks.All.Single(candidate => candidate.Contract == typeof(TContract) && candidate.Name == check);
        return new(typeof(TContract), check, () => ((ContractCheck<TSubject>)found).Run(subject), finding);
    }

    public static Violation Of<TContract>(string check, Func<TContract> create, string finding)
        where TContract : class => Of<TContract, ComponentUnderTest<TContract>>(check, new(create), finding);
}

internal static class DescriptionViolations
{
    public static IEnumerable<Violation> All =>
    [
        Violations.Of<ComponentInfo, ComponentInfo>("IsNamedInLowerCaseWords", new("MyUNet", "A network."), "'MyUNet'"),
        Violations.Of<ComponentInfo, ComponentInfo>("HasASummary", new("my-unet", " "), "summary"),
    ];
}
