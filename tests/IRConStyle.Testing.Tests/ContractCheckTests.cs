using IRConStyle.Abstractions;
using IRConStyle.Testing.Contracts;
using IRConStyle.Testing.Support;
using static TorchSharp.torch;

namespace IRConStyle.Testing.Tests;

/// <summary>Each check finds a component that breaks what it is about, and lets sound ones of every kind pass.</summary>
public sealed class ContractCheckTests
{
    private static readonly Dictionary<string, Violation> Broken = Violations.All.ToDictionary(violation => $"{violation.Contract.Name}.{violation.Check}, {violation.Finding}");

    public static TheoryData<string> BrokenComponents => new(Broken.Keys);

    public static TheoryData<string> SoundComponents => new(Sound.Components.Keys);

    [Theory]
    [MemberData(nameof(BrokenComponents))]
    public void A_component_that_breaks_a_requirement_is_found(string violation)
    {
        var error = Should.Throw<ContractViolationException>(Broken[violation].Run);

        error.Message.ShouldContain(Broken[violation].Finding);
        error.Remedy.ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public void Every_check_has_a_component_that_breaks_it()
        => ContractChecks.All.Select(check => (check.Contract, check.Name)).Except(Violations.All.Select(violation => (violation.Contract, violation.Check))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(SoundComponents))]
    public void A_sound_component_passes_every_check(string component) => Sound.Components[component]();

    [Fact]
    public void What_a_component_throws_is_a_finding_with_its_own_remedy()
    {
        var check = ContractChecks.All.OfType<ContractCheck<ComponentUnderTest<IMetric>>>().First();

        var error = Should.Throw<ContractViolationException>(() => check.Run(new(() => throw new IRConStyleException("No weights.", "Download them."))));

        error.Message.ShouldBe("throws IRConStyleException: No weights.");
        error.Remedy.ShouldBe("Download them.");
        Should.Throw<ContractViolationException>(() => check.Run(new(() => throw new InvalidOperationException("first\nsecond"))))
            .Message.ShouldBe("throws InvalidOperationException: first");
    }

    [Fact]
    public void Checks_are_called_by_their_names_in_words()
        => ContractChecks.All.Select(check => check.Words).ShouldContain("keeps images of a batch apart");

    [Fact]
    public void Style_codes_of_an_encoder_without_feature_maps_and_of_one_without_latents_are_stood_in_for()
    {
        using var scope = Trial.Begin();
        StandIns.Code(new StyleSpec([5], []), 2, 9, 10).Tensors().Select(tensor => tensor.shape).ShouldBe([[2, 5]]);
        StandIns.Code(new StyleSpec([], [new(4, 3)]), 2, 9, 10).Tensors().Select(tensor => tensor.shape).ShouldBe([[2, 4, 3, 4]]);
        rand(1).Dispose();
    }
}
