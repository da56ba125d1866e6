using BenchmarkDotNet.Attributes;
using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Benchmarks;

/// <summary>
/// One image through a network of its authors' size, random weights. Which form runs is decided by the environment
/// variable <see cref="FormVariable"/>, since the allocator setting belongs to a process and each job has its own.
/// </summary>
public class ForwardBenchmark
{
    /// <summary><c>plain</c> or <c>fast</c>.</summary>
    public const string FormVariable = "IRCONSTYLE_FORM";

    /// <summary>Where the plugins were built to.</summary>
    public const string PluginsVariable = "IRCONSTYLE_BENCHMARK_PLUGINS";

    private const double AgreementTolerance = 1e-5;
    private ServiceProvider? _services;
    private RestorationNetwork? _network;
    private Dictionary<string, Tensor> _state = [];
    private Tensor? _image;
    private Func<Tensor>? _forward;

    /// <summary>The backbone; those that take style get it from ConStyle.</summary>
    [Params(
        "constyle-nafnet", "constyle-restormer", "restormer", "constyle-maxim", "maxim",
        "constyle-kbnet", "kbnet", "constyle-uformer", "uformer")]
    public string Network { get; set; } = "";

    /// <summary>Side of the square image in pixels.</summary>
    [Params(256)]
    public int Side { get; set; }

    /// <summary>Builds both forms on the same weights and checks that they agree.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _services = new ServiceCollection()
            .AddIRConStyle(new ConfigurationBuilder().Build(), setup => setup.PluginDirectories.Add(
                Environment.GetEnvironmentVariable(PluginsVariable) ?? Path.Combine(AppContext.BaseDirectory, "plugins")))
            .Services.BuildServiceProvider();
        var factory = _services.GetRequiredService<IPipelineFactory>();
        _network = factory.CreateNetwork(
            new PipelineOptions
            {
                Encoder = Network.StartsWith("constyle-", StringComparison.Ordinal) ? ComponentOptions.Of("constyle") : null,
                Backbone = ComponentOptions.Of(Network),
            },
            training: false);
        _network.Eval();
        Randomize(_network);
        _state = _network.Backbone.Module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        _image = rand(1, 3, Side, Side);

        var form = Environment.GetEnvironmentVariable(FormVariable);
        _forward = form switch
        {
            "plain" => Plain,
            "fast" => Fast,
            _ => throw new InvalidOperationException($"{FormVariable} is '{form}'; it must be plain or fast."),
        };
        CheckAgreement();
    }

    /// <summary>The measured pass: style encoder and backbone.</summary>
    [Benchmark]
    public void Forward()
    {
        using var restored = _forward!();
    }

    /// <summary>Frees the networks.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _image?.Dispose();
        _network?.Dispose();
        _services?.Dispose();
    }

    private Tensor Plain()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var style = _network!.Encoder?.Encode(_image!);
        if (PlainForms.Find(Network, _state) is { } plain)
            return plain.Restore(_image!, style).MoveToOuterDisposeScope();
        // Without a plain form of its own a network runs layer by layer, as it does while gradients are recorded.
        using var layers = enable_grad();
        return _network.Backbone.Restore(_image!, style).MoveToOuterDisposeScope();
    }

    private Tensor Fast()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        return _network!.Restore(_image!).MoveToOuterDisposeScope();
    }

    private void CheckAgreement()
    {
        using var scope = NewDisposeScope();
        var fast = Fast();
        var difference = ((Plain() - fast).abs().max() / fast.abs().max().clamp_min(1)).item<float>();
        if (!(difference <= AgreementTolerance))
            throw new InvalidOperationException($"The two forms of {Network} differ by {difference:g3} of the peak, more than {AgreementTolerance:g1}.");
    }

    /// <summary>beta and gamma start at zero, which would switch the blocks off; here they get values as after training.</summary>
    private static void Randomize(RestorationNetwork network)
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in network.Backbone.Module.named_parameters())
        {
            value.requires_grad = false;
            if (name.EndsWith("beta", StringComparison.Ordinal) || name.EndsWith("gamma", StringComparison.Ordinal))
                value.uniform_(-0.1, 0.1);
        }
    }
}
