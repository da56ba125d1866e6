using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>A tensor's numbers as memory, for plugins that compute in managed code.</summary>
public static class TensorMemory
{
    /// <summary>
    /// The elements of a tensor, in order. <c>torch.Tensor.bytes</c> counts bytes and ends at 2³¹ of them, which a float32
    /// RGB image of 179 megapixels has; this counts elements.
    /// </summary>
    /// <typeparam name="T">The tensor's element type: <see cref="float"/> for float32, <see cref="byte"/> for uint8.</typeparam>
    /// <param name="tensor">Contiguous, on the CPU, of at most 2³¹ − 1 elements.</param>
    /// <returns>The tensor's own memory; valid until the tensor is disposed.</returns>
    /// <exception cref="ArgumentException">The tensor is not contiguous, not on the CPU, or of another element type.</exception>
    public static Span<T> Elements<T>(this torch.Tensor tensor)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!tensor.is_contiguous() || tensor.device_type != DeviceType.CPU || tensor.ElementSize != Unsafe.SizeOf<T>())
            throw new ArgumentException(
                $"Expected a contiguous tensor on the CPU with elements of {Unsafe.SizeOf<T>()} bytes, got {tensor.dtype} on {tensor.device}.", nameof(tensor));
        if (tensor.NumberOfElements == 0)
            return [];
        using var scope = torch.NewDisposeScope();
        ref var first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, T>(tensor.view(-1).narrow(0, 0, 1).bytes));
        return MemoryMarshal.CreateSpan(ref first, checked((int)tensor.NumberOfElements));
    }
}
