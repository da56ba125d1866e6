using IRConStyle.Abstractions;
using IRConStyle.Framework;
using IRConStyle.Framework.Configuration;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

// A program of someone else's, made of packages alone: loads libtorch, brings a plugin of its own and restores with it.
TorchNative.EnsureLoaded();
using var image = torch.full([1, 3, 2, 2], 0.25f);

var services = new ServiceCollection();
services.AddIRConStyle(new ConfigurationBuilder().Build()).AddPlugin(new DoublePlugin());
using var provider = services.BuildServiceProvider();
using var network = provider.GetRequiredService<IPipelineFactory>()
    .CreateNetwork(new PipelineOptions { Backbone = ComponentOptions.Of("double") }, training: false);
using var restored = network.Restore(image);
Console.WriteLine($"sum {restored.sum().item<float>():0}");
Console.WriteLine($"libtorch {TorchNative.Info!.TorchLibrary}");

internal sealed class DoublePlugin : IRestorationPlugin
{
    public PluginInfo Info => new("Double", "1.0.0", Contract.Version, "Doubles an image");

    public void Register(IPluginBuilder plugin) => plugin.AddBackbone<NoOptions>(new("double", "Twice the input"), (_, _) => new Double());
}

internal sealed class Double() : torch.nn.Module(nameof(Double)), IBackbone
{
    public BackboneSpec Spec { get; } = new(3, 1, RequiresStyle: false);

    public torch.nn.Module Module => this;

    public torch.Tensor Restore(torch.Tensor degraded, StyleCode? style) => degraded * 2;
}
