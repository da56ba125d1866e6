using IRConStyle.Modules.Kernels;

namespace IRConStyle.Modules.Tests.Kernels;

/// <summary>The forms that this processor can run, to be tried one after the other.</summary>
internal static class KernelForms
{
    /// <summary>Layer by layer, and every fused form there is.</summary>
    public static IEnumerable<KernelForm> All => Enum.GetValues<KernelForm>().Where(form => form <= FusedKernels.Best);

    /// <summary>The fused ones; a test that asks for them is skipped where there are none.</summary>
    public static IReadOnlyList<KernelForm> Fused
    {
        get
        {
            Skip.If(FusedKernels.Best == KernelForm.Plain, "This processor has no fused multiply-add.");
            return [.. All.Where(form => form != KernelForm.Plain)];
        }
    }

    /// <summary>Switches the process to a form until disposed.</summary>
    public static IDisposable Use(KernelForm form) => new Switch(form);

    private sealed class Switch : IDisposable
    {
        private readonly KernelForm _before = FusedKernels.Form;

        public Switch(KernelForm form) => FusedKernels.Form = form;

        public void Dispose() => FusedKernels.Form = _before;
    }
}
