using IRConStyle.Abstractions;
using IRConStyle.Framework.Native;
using IRConStyle.Framework.Pipelines;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>Lower precisions: where they are to be had, and networks in them.</summary>
internal static class PrecisionSupport
{
    /// <summary>Checks that a device computes in a precision, and not slower than in float32.</summary>
    /// <exception cref="IRConStyleException">It does not.</exception>
    public static void Check(InferencePrecision precision, torch.Device device)
    {
        if (device.type != DeviceType.CPU)
            return;
        if (precision is InferencePrecision.Float16)
            throw new IRConStyleException("Float16 is for CUDA devices; this is the CPU.", "Use BFloat16 or Float32 there (--precision, IRConStyle:Inference:Precision).");
        if (precision is InferencePrecision.BFloat16 && !CpuConvolutions.CachesAreKnown)
            throw new IRConStyleException(
                "This processor hides its caches (an AMD processor in a virtual machine without leaf 0x8000001D of cpuid), where "
                + "libtorch computes some layers wrong in bfloat16.",
                "Use Float32 (--precision, IRConStyle:Inference:Precision), or let the virtual machine show the caches.");
        if (precision is InferencePrecision.BFloat16 && !ProcessorSupport.MultipliesBFloat16)
            throw new IRConStyleException(
                "This processor does not multiply bfloat16 (x86 with AVX512_BF16 or AMX does), so that it would be slower than float32.",
                "Use Float32 (--precision, IRConStyle:Inference:Precision).");
    }

    /// <summary>Puts a network's parameters and buffers into a type.</summary>
    public static void Convert(RestorationNetwork network, InferencePrecision precision)
    {
        if (precision is InferencePrecision.Float32)
            return;
        var type = precision is InferencePrecision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float16;
        network.Backbone.Module.to(type);
        network.Encoder?.Module.to(type);
    }
}
