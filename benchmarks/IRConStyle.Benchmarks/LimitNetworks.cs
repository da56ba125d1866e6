using IRConStyle.Evaluation.Networks;
using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Modules.Kernels;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>The networks that <see cref="LimitBenchmark"/> measures, by the pipelines of the command.</summary>
internal sealed class LimitNetworks : IDisposable
{
    /// <summary>The bundled model, and the paper's network with random weights.</summary>
    public static readonly string[] Pipelines = ["denoise", "constyle-nafnet"];

    private readonly ServiceProvider _services =
        BenchmarkHost.Create(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cli.appsettings.json")));

    private readonly Dictionary<string, RestorationNetwork> _networks = [];

    public LimitNetworks() => _services.GetRequiredService<TorchRuntime>().EnsureLoaded();

    /// <summary>Operations of one pass in convolutions and linear layers; a multiplication with its addition counts twice.</summary>
    public double Operations(string pipeline, int side) =>
        2.0 * _services.GetRequiredService<NetworkInspector>().Inspect(pipeline, side, side).MultiplyAccumulates;

    /// <summary>One image through a network.</summary>
    public void Restore(string pipeline, KernelForm form, Tensor image)
    {
        var network = Network(pipeline);
        FusedKernels.Form = form;
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        network.Restore(image);
    }

    public void Dispose()
    {
        foreach (var network in _networks.Values)
            network.Dispose();
        _services.Dispose();
    }

    private RestorationNetwork Network(string pipeline)
    {
        if (_networks.TryGetValue(pipeline, out var network))
            return network;
        var factory = _services.GetRequiredService<IPipelineFactory>();
        if (factory.Describe(pipeline).WeightsPath is not null)
            network = _services.GetRequiredService<NetworkLoader>().Open(pipeline, null, "cpu").Network;
        else
        {
            network = factory.CreateNetwork(pipeline, training: false);
            network.Eval();
        }

        _networks.Add(pipeline, network);
        return network;
    }
}
