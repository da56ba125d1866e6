using IRConStyle.Abstractions;
using IRConStyle.Testing.Contracts;
using IRConStyle.Testing;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>
/// Every check of every registered component, as <c>irconstyle plugins test</c> runs them: whoever registers a component is
/// tested, nothing here names one.
/// </summary>
public sealed class ComponentContractTests
{
    private static readonly Dictionary<string, ComponentCheck> All = ContractHost.Tester.Checks().ToDictionary(check => check.ToString());

    public static TheoryData<string> Checks => new(All.Keys);

    public static TheoryData<string> Degradations => ContractHost.NamesOf<IDegradation>();

    public static TheoryData<string> Backbones => ContractHost.NamesOf<IBackbone>();

    [Theory]
    [MemberData(nameof(Checks))]
    public void A_component_keeps_its_contract(string check) => All[check].Run();

    [Fact]
    public void Every_component_is_to_pass_every_check_of_its_contract()
    {
        foreach (var component in ContractHost.Plugins.Components)
            foreach (var check in ContractChecks.All.Where(check => check.Contract == component.Contract || check.Contract == typeof(ComponentInfo)))
                All.Values.ShouldContain(row => row.Component == component && row.Check == check, $"{component.Info.Name}: {check}");
        All.Values.Select(row => row.Check).Distinct().ShouldBe(ContractChecks.All, ignoreOrder: true, "a check is run for no component");
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void A_backbone_is_checked_alone_and_with_every_encoder_and_way_of_injection(string name)
    {
        string[] variants = [.. All.Values.Where(row => row.Component.Contract == typeof(IBackbone) && row.Component.Info.Name == name).Select(row => row.Variant)];
        variants.ShouldContain("alone");
        if (!variants.Any(variant => variant.StartsWith("with ", StringComparison.Ordinal)))
        {
            name.ShouldNotStartWith("constyle-");
            return;
        }

        foreach (var encoder in ContractHost.Plugins.NamesOf(typeof(IStyleEncoder)))
            variants.ShouldContain(variant => variant.StartsWith($"with {encoder}, ", StringComparison.Ordinal));
        foreach (var injection in ContractHost.Plugins.NamesOf(typeof(IStyleInjection)).Where(MakesPoints))
            variants.ShouldContain(variant => variant.EndsWith($", {injection}", StringComparison.Ordinal));
    }

    /// <summary>Not asked of everyone's degradations: one may do the same each time.</summary>
    [Theory]
    [MemberData(nameof(Degradations))]
    public void Another_seed_gives_another_image(string name)
    {
        using var scope = torch.NewDisposeScope();
        var degradation = ContractHost.CreateDegradation(name);
        var clean = torch.rand(3, 33, 47);
        ContractHost.AreIdentical(degradation.Apply(clean, 8), degradation.Apply(clean, 7)).ShouldBeFalse();
    }

    private static bool MakesPoints(string name)
    {
        using var scope = torch.NewDisposeScope();
        var injection = ContractHost.Create<IStyleInjection>(name);
        return injection.CreateLatentPoint(new LatentPointRequest(8, 8)) is not null
            || injection.CreateFeaturePoint(new FeaturePointRequest(0, new FeatureSpec(8, 2), 8, _ => torch.nn.ReLU())) is not null;
    }
}
