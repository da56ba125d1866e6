using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>A registered backbone, alone or with a registered encoder and way of injection.</summary>
public sealed record NetworkCase(string Backbone, string? Encoder, string? Injection)
{
    private static readonly Lazy<TheoryData<NetworkCase>> Found = new(Find);

    /// <summary>
    /// Every backbone alone; and, where it takes style, with every injection and with every encoder, each with the first of the
    /// other kind that goes with it.
    /// </summary>
    public static TheoryData<NetworkCase> All() => Found.Value;

    private static TheoryData<NetworkCase> Find()
    {
        var cases = new TheoryData<NetworkCase>();
        var encoders = ContractHost.Plugins.NamesOf(typeof(IStyleEncoder));
        var injections = ContractHost.Plugins.NamesOf(typeof(IStyleInjection));
        foreach (var backbone in ContractHost.Plugins.NamesOf(typeof(IBackbone)))
        {
            cases.Add(new NetworkCase(backbone, null, null));
            var withStyle = (from injection in injections from encoder in encoders select new NetworkCase(backbone, encoder, injection)).Where(TakesStyle).ToArray();
            NetworkCase[] ofInjections = [.. withStyle.DistinctBy(@case => @case.Injection)];
            cases.AddRange(ofInjections);
            cases.AddRange([.. withStyle.ExceptBy(ofInjections.Select(@case => @case.Encoder), @case => @case.Encoder)]);
        }

        return cases;
    }

    /// <summary>The pipeline with small options.</summary>
    internal PipelineOptions Options() => new()
    {
        Backbone = ContractHost.Options<IBackbone>(Backbone),
        Encoder = Encoder is null ? null : ContractHost.Options<IStyleEncoder>(Encoder),
        Injection = Injection is null ? null : ContractHost.Options<IStyleInjection>(Injection),
    };

    /// <summary>The network with disturbed weights that a seed decides; the caller disposes it.</summary>
    internal RestorationNetwork Create(int seed = 1)
    {
        torch.random.manual_seed(seed);
        var network = ContractHost.Pipelines.CreateNetwork(Options(), training: false, ToString());
        ContractHost.Disturb(network.Backbone.Module);
        network.Eval();
        return network;
    }

    public override string ToString() => Encoder is null ? Backbone : $"{Backbone}, {Encoder}, {Injection}";

    /// <summary>Whether style reaches the backbone: it takes some, and this encoder has what this injection uses.</summary>
    private static bool TakesStyle(NetworkCase @case)
    {
        try
        {
            using var network = @case.Create();
            return network.Backbone.Spec.RequiresStyle;
        }
        catch (IRConStyleException)
        {
            return false;
        }
    }
}
