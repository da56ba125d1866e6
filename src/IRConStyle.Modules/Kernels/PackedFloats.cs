using System.Runtime.CompilerServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>Numbers of a kernel's own that do not move and begin where a cache line does. The collector frees them.</summary>
internal sealed unsafe class PackedFloats
{
    private const int CacheLine = 64;

    private readonly float[] _memory;
    private readonly int _start;

    /// <summary>Makes zeros.</summary>
    /// <param name="count">How many.</param>
    public PackedFloats(int count)
    {
        _memory = GC.AllocateArray<float>(count + (CacheLine / sizeof(float)), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref _memory[0]);
        _start = (int)(((CacheLine - (address % CacheLine)) % CacheLine) / sizeof(float));
        Count = count;
    }

    public int Count { get; }

    public Span<float> Values => _memory.AsSpan(_start, Count);

    /// <summary>Good while this object is.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref _memory[_start]);
}
