using System.Runtime.Intrinsics.X86;

namespace IRConStyle.Framework.Native;

/// <summary>What the processor multiplies beside float32.</summary>
internal static class ProcessorSupport
{
    /// <summary>
    /// Whether bfloat16 is multiplied in hardware: AVX512_BF16 (leaf 7.1, EAX bit 5) or AMX-BF16 (leaf 7.0, EDX bit 22) of x86. Without
    /// it libtorch converts back and forth, slower than float32. Source: Intel's Architecture Instruction Set Extensions.
    /// </summary>
    public static bool MultipliesBFloat16 { get; } = X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0 || (X86Base.CpuId(7, 0).Edx >> 22 & 1) != 0);
}
