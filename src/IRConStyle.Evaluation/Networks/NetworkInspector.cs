using IRConStyle.Framework.Inference;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Framework.Tiling;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Evaluation.Networks;

/// <summary>One part of a pipeline's networks.</summary>
/// <param name="Network">encoder or backbone.</param>
/// <param name="Name">The part's registered name at the root of that network.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="MultiplyAccumulates">Multiply-accumulate operations of its convolutions and linear layers for the input.</param>
public sealed record InspectedPart(string Network, string Name, long Parameters, long MultiplyAccumulates);

/// <summary>Size and cost of a pipeline's networks.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Height">Input height in pixels.</param>
/// <param name="Width">Input width in pixels.</param>
/// <param name="Parts">Each part, encoder first, in registration order.</param>
public sealed record NetworkInspection(string Pipeline, int Height, int Width, IReadOnlyList<InspectedPart> Parts)
{
    /// <summary>Number of parameters of all parts.</summary>
    public long Parameters => Parts.Sum(part => part.Parameters);

    /// <summary>Multiply-accumulates of all parts.</summary>
    public long MultiplyAccumulates => Parts.Sum(part => part.MultiplyAccumulates);
}

/// <summary>
/// Counts parameters and multiply-accumulates by running one image through the networks. Counted are convolutions (output
/// elements × input channels per group × kernel area), transposed convolutions and linear layers; not biases, norms,
/// activations, attention products, pooling and resizing.
/// </summary>
/// <param name="factory">Builds networks.</param>
/// <param name="runtime">Loads libtorch.</param>
public sealed class NetworkInspector(IPipelineFactory factory, TorchRuntime runtime)
{
    /// <summary>Inspects a pipeline's inference side, with random weights.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="height">Input height in pixels, from 1.</param>
    /// <param name="width">Input width in pixels, from 1.</param>
    public NetworkInspection Inspect(string pipeline, int height, int width)
    {
        runtime.EnsureLoaded();
        using var scope = torch.NewDisposeScope();
        using var network = factory.CreateNetwork(pipeline, training: false);
        network.Eval();
        // Where gradients are recorded, networks run layer by layer, and layers are what is counted. Without a parameter
        // that asks for a gradient nothing is kept, so that this costs no memory.
        using var gradients = torch.enable_grad();
        foreach (var (_, value, _) in network.State().Where(entry => entry.Value.requires_grad))
            value.requires_grad = false;
        var parts = new List<Part>();
        if (network.Encoder is not null)
            parts.AddRange(PartsOf("encoder", network.Encoder.Module));
        parts.AddRange(PartsOf("backbone", network.Backbone.Module));

        var spec = network.Backbone.Spec;
        var input = torch.zeros(1, spec.InputChannels, height, width);
        network.Restore(ImagePadding.ToMultiple(input, spec.SizeMultiple));
        return new NetworkInspection(
            pipeline, height, width,
            [.. parts.Select(part => new InspectedPart(part.Network, part.Name, part.Parameters, part.Macs))]);
    }

    private static List<Part> PartsOf(string network, torch.nn.Module root)
    {
        var parts = new List<Part>();
        foreach (var (name, module) in root.named_children())
        {
            var part = new Part(network, name, module.parameters().Sum(parameter => parameter.numel()));
            foreach (var layer in module.modules().Append(module).Distinct())
                Count(layer, part);
            parts.Add(part);
        }

        var own = root.named_parameters(recurse: false).Sum(entry => entry.parameter.numel());
        if (own > 0)
            parts.Add(new Part(network, "(own)", own));
        return parts;
    }

    private static void Count(torch.nn.Module layer, Part part)
    {
        switch (layer)
        {
            case Conv2d convolution:
                convolution.register_forward_hook((_, _, output) => part.Add(output, output.numel() * PerElement(convolution.weight)));
                break;
            case ConvTranspose2d transposed:
                transposed.register_forward_hook((_, input, output) => part.Add(output, input.numel() * PerElement(transposed.weight)));
                break;
            case Linear linear:
                linear.register_forward_hook((_, _, output) => part.Add(output, output.numel() * linear.weight!.shape[^1]));
                break;
        }
    }

    /// <summary>Weights that meet one element: everything but the first dimension.</summary>
    private static long PerElement(torch.Tensor? weight) => weight!.numel() / weight.shape[0];

    private sealed class Part(string network, string name, long parameters)
    {
        public string Network { get; } = network;

        public string Name { get; } = name;

        public long Parameters { get; } = parameters;

        public long Macs { get; private set; }

        public torch.Tensor Add(torch.Tensor output, long count)
        {
            Macs += count;
            return output;
        }
    }
}
