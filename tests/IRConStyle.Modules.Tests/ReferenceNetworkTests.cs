using IRConStyle.Abstractions;
using IRConStyle.Modules.Kernels;
using IRConStyle.Modules.Tests.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Tests;

/// <summary>Every network gives what its authors' code gives, from weights under the authors' names.</summary>
public sealed class ReferenceNetworkTests
{
    private readonly Components _components = new();

    private static readonly string[] Files =
    [
        "ConStyleConv_a", "ConStyleConv_bias", "OriginConv_a",
        "ConStyleNAFNet_a", "ConStyleNAFNet_b", "NAFNet_a", "NAFNet_gray",
        "ConStyleRestormer_BiasFree", "ConStyleRestormer_WithBias", "Restormer_BiasFree", "Restormer_WithBias", "Restormer_dual_pixel",
        "ConStyleMaxim_a", "ConStyleMaxim_b", "Maxim_a", "Maxim_b",
        "ConStyleKBNet_a", "ConStyleKBNet_light", "KBNet_a", "KBNet_light",
        "ConStyleUformer_a", "ConStyleUformer_b", "Uformer_a", "Uformer_b",
    ];

    public static TheoryData<string, ScalarType> Networks
    {
        get
        {
            var networks = new TheoryData<string, ScalarType>();
            foreach (var file in Files)
            {
                networks.Add(file, ScalarType.Float32);
                networks.Add(file, ScalarType.Float64);
            }

            return networks;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Networks))]
    public void A_network_agrees_with_its_authors(string file, ScalarType type)
    {
        using var reference = new ReferenceFile(SharedData.Shared("reference", "arch", file + ".safetensors"));
        using var shared = new ReferenceFile(SharedData.Shared("reference", "arch", "constyle_encoder.safetensors"));
        // Kernels compute in float32 and without gradients alone.
        var forms = type == ScalarType.Float32 ? KernelForms.All : [KernelForm.Plain];
        foreach (var (recordGradients, form) in forms.Select(form => (false, form)).Append((true, FusedKernels.Form)))
        {
            using var use = KernelForms.Use(form);
            using var scope = NewDisposeScope();
            using var mode = set_grad_enabled(recordGradients);
            var encoder = _components.Encoder();
            var (name, options) = _components.FindReference(reference.Network, reference.Arguments);
            var network = _components.Backbone(name, options, encoder.Spec, _components.Injection("paper"));
            shared.LoadInto(encoder.Module);
            reference.LoadInto(network.Module);
            Prepare(encoder.Module, type);
            Prepare(network.Module, type);

            foreach (var index in reference.Names("input/x"))
            {
                var image = reference.Read("input/x" + index).to(type);
                var style = network.Spec.RequiresStyle ? encoder.Encode(image) : null;
                using var output = network.Restore(image, style);

                reference.ShouldAgree(output, "out_" + index);
                if (style is not null)
                    reference.ShouldAgree(style.Latents[1], "q1_" + index);
            }
        }
    }

    [SkippableTheory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void The_encoder_agrees_with_its_authors(ScalarType type)
    {
        using var reference = new ReferenceFile(SharedData.Shared("reference", "arch", "constyle_encoder.safetensors"));
        using var scope = NewDisposeScope();
        var encoder = _components.Encoder();
        reference.LoadInto(encoder.Module);
        Prepare(encoder.Module, type);

        foreach (var index in reference.Names("input/x"))
        {
            var image = reference.Read("input/x" + index).to(type);
            var style = encoder.Encode(image);

            for (var latent = 0; latent < 2; latent++)
                reference.ShouldAgree(style.Latents[latent], $"q{latent}_{index}");
            for (var level = 0; level < 3; level++)
                reference.ShouldAgree(style.Features[level], $"fea{level}_{index}");
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Committed_vectors_of_a_network_without_style_agree(ScalarType type)
    {
        using var reference = new ReferenceFile(SharedData.Golden("arch", "NAFNet_gray.safetensors"));
        using var scope = NewDisposeScope();
        var (name, options) = _components.FindReference(reference.Network, reference.Arguments);
        var network = _components.Backbone(name, options);
        reference.LoadInto(network.Module);
        Prepare(network.Module, type);

        foreach (var index in new[] { 0, 1 })
            InEveryForm(() => reference.ShouldAgree(network.Restore(reference.Read($"input/x{index}").to(type), null), $"out_{index}"));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Committed_vectors_of_a_styled_network_agree(ScalarType type)
    {
        using var reference = new ReferenceFile(SharedData.Golden("arch", "ConStyleNAFNet_b_body.safetensors"));
        using var scope = NewDisposeScope();
        var (name, options) = _components.FindReference(reference.Network, reference.Arguments);
        var network = _components.Backbone(name, options, _components.Encoder().Spec, _components.Injection("paper"));
        reference.LoadInto(network.Module);
        Prepare(network.Module, type);
        var latent = reference.Read("input/q1_0").to(type);
        var features = Enumerable.Range(0, 3).Select(level => reference.Read($"input/fea{level}_0").to(type)).ToArray();

        // The paper's networks are modulated by the second latent alone.
        var style = new StyleCode([full_like(latent, double.NaN), latent], features);
        InEveryForm(() => reference.ShouldAgree(network.Restore(reference.Read("input/x0").to(type), style), "out_0"));
    }

    /// <summary>Recorded, and without gradients in each form of the kernels.</summary>
    private static void InEveryForm(Action compare)
    {
        compare();
        using var noGrad = no_grad();
        foreach (var form in KernelForms.All)
        {
            using var use = KernelForms.Use(form);
            compare();
        }
    }

    private static void Prepare(nn.Module module, ScalarType type)
    {
        module.eval();
        module.to(type);
    }
}
