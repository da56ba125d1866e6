using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using IRConStyle.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>How blocks compute that have a fused form beside that of layers.</summary>
public enum KernelForm
{
    /// <summary>Layer by layer, as everywhere but on the CPU.</summary>
    Plain,

    /// <summary>Fused, with vectors of 8 numbers (AVX2 and FMA).</summary>
    Vector256,

    /// <summary>Fused, with vectors of 16 numbers (AVX-512).</summary>
    Vector512,
}

/// <summary>
/// Decides whether a block runs fused: on the CPU, in float32, without recorded gradients, on a channels-last feature map, and
/// with a processor that has fused multiply-add. Everywhere else it runs layer by layer, with the same result up to rounding.
/// </summary>
public static class FusedKernels
{
    /// <summary>The environment variable that chooses a form: layers, vector256 or vector512.</summary>
    public const string Variable = "IRCONSTYLE_KERNELS";

    private const int Undecided = -1;

    private static volatile int _form = Undecided;

    /// <summary>The fastest form that this processor has.</summary>
    public static KernelForm Best { get; } =
        // .NET's own judgement, which leaves out processors that slow down at that width.
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? KernelForm.Vector512
        : Avx2.IsSupported && Fma.IsSupported ? KernelForm.Vector256
        : KernelForm.Plain;

    /// <summary>
    /// The form in use by the whole process; <see cref="Best"/> unless <see cref="Variable"/> says otherwise. Not to be set
    /// while networks compute.
    /// </summary>
    /// <exception cref="IRConStyleException">The processor lacks the form, or the variable names none.</exception>
    public static KernelForm Form
    {
        get
        {
            if (_form == Undecided)
                _form = (int)Check(Parse(Environment.GetEnvironmentVariable(Variable)));
            return (KernelForm)_form;
        }
        set => _form = (int)Check(value);
    }

    /// <summary>Numbers of a vector; channels in scratch memory are padded to a multiple.</summary>
    internal static int Lanes => Form == KernelForm.Vector512 ? Simd512.Lanes : Simd256.Lanes;

    /// <summary>Whether a block should run fused for this input now.</summary>
    /// <param name="input">N×C×H×W.</param>
    public static bool Suit(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return !is_grad_enabled() && Form != KernelForm.Plain && FeatureMap.Fits(input);
    }

    /// <summary>The form that a value of <see cref="Variable"/> means; <see cref="Best"/> for none.</summary>
    internal static KernelForm Parse(string? value) => value?.ToUpperInvariant() switch
    {
        null or "" => Best,
        "LAYERS" => KernelForm.Plain,
        "VECTOR256" => KernelForm.Vector256,
        "VECTOR512" => KernelForm.Vector512,
        _ => throw new IRConStyleException(
            $"The environment variable {Variable} is '{value}'.", "Set it to layers, vector256 or vector512, or not at all."),
    };

    private static KernelForm Check(KernelForm form) => form <= Best
        ? form
        : throw new IRConStyleException(
            $"This processor cannot run kernels in the form {form}; its best is {Best}.",
            $"Leave {Variable} unset, and the best form is used.");
}
