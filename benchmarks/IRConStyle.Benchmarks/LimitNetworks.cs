using IRConStyle.Abstractions;
using IRConStyle.Evaluation.Networks;
using IRConStyle.Framework.Imaging;
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
    /// <summary>The bundled model, and the paper's networks with random weights.</summary>
    public static readonly string[] Pipelines = ["denoise", "constyle-nafnet", "constyle-restormer", "constyle-maxim"];

    private readonly ServiceProvider _services =
        BenchmarkHost.Create(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cli.appsettings.json")));

    private readonly Dictionary<(string Pipeline, InferencePrecision Precision), RestorationNetwork> _networks = [];

    public LimitNetworks() => _services.GetRequiredService<TorchRuntime>().EnsureLoaded();

    /// <summary>Operations of one pass in convolutions and linear layers; a multiplication with its addition counts twice.</summary>
    public double Operations(string pipeline, int height, int width) =>
        2.0 * _services.GetRequiredService<NetworkInspector>().Inspect(pipeline, height, width).MultiplyAccumulates;

    /// <summary>Why this machine does not compute in a precision; null where it does.</summary>
    public string? Refusal(InferencePrecision precision)
    {
        try
        {
            Network(Pipelines[0], precision);
            return null;
        }
        catch (IRConStyleException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>One image through a network in one piece.</summary>
    public void Restore(string pipeline, InferencePrecision precision, KernelForm form, Tensor image)
    {
        var network = Network(pipeline, precision);
        FusedKernels.Form = form;
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        network.Restore(precision is InferencePrecision.Float32 ? image : image.to(ScalarType.BFloat16));
    }

    /// <summary>One photograph as the command restores it: in tiles where the memory budget asks for them.</summary>
    public void Restore(string pipeline, InferencePrecision precision, RasterImage photograph)
    {
        FusedKernels.Form = FusedKernels.Best;
        new ImageRestorer(Network(pipeline, precision), CPU, new InferenceOptions { Precision = precision }).Restore(photograph);
    }

    public void Dispose()
    {
        foreach (var network in _networks.Values)
            network.Dispose();
        _services.Dispose();
    }

    private RestorationNetwork Network(string pipeline, InferencePrecision precision)
    {
        if (_networks.TryGetValue((pipeline, precision), out var network))
            return network;
        var factory = _services.GetRequiredService<IPipelineFactory>();
        if (factory.Describe(pipeline).WeightsPath is not null)
            network = _services.GetRequiredService<NetworkLoader>()
                .Open(pipeline, null, "cpu", changes: new InferenceChanges { Precision = precision }).Network;
        else
        {
            network = factory.CreateNetwork(pipeline, training: false);
            network.Eval();
            if (precision is InferencePrecision.BFloat16)
            {
                network.Backbone.Module.to(ScalarType.BFloat16);
                network.Encoder?.Module.to(ScalarType.BFloat16);
            }
        }

        _networks.Add((pipeline, precision), network);
        return network;
    }
}
