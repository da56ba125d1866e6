using IRConStyle.Abstractions;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Contracts.Tests;

/// <summary>A registered backbone, alone or with a registered encoder and way of injection.</summary>
public sealed record NetworkCase(string Backbone, string? Encoder, string? Injection)
{
    /// <summary>
    /// Every backbone alone where it can be; every backbone that takes style with every injection, and with every encoder.
    /// </summary>
    public static TheoryData<NetworkCase> All()
    {
        var cases = new TheoryData<NetworkCase>();
        foreach (var backbone in ContractHost.Plugins.NamesOf(typeof(IBackbone)))
        {
            cases.Add(new NetworkCase(backbone, null, null));
            var encoders = ContractHost.Plugins.NamesOf(typeof(IStyleEncoder)).Where(encoder => TakesStyle(backbone, encoder)).ToArray();
            foreach (var injection in ContractHost.Plugins.NamesOf(typeof(IStyleInjection)).Where(_ => encoders.Length > 0))
                cases.Add(new NetworkCase(backbone, encoders[0], injection));
            foreach (var encoder in encoders.Skip(1))
                cases.Add(new NetworkCase(backbone, encoder, PipelineOptions.DefaultInjection));
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

    private static bool TakesStyle(string backbone, string encoder)
    {
        using var network = new NetworkCase(backbone, encoder, PipelineOptions.DefaultInjection).Create();
        return network.Backbone.Spec.RequiresStyle;
    }
}
