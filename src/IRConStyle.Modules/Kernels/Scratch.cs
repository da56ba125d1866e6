using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// Memory for intermediate results of one worker. It is kept from call to call, as small as the largest band needed, so that it
/// is in the cache already.
/// </summary>
public sealed unsafe class Scratch
{
    private const int CacheLine = 64;

    private static readonly ConcurrentBag<Scratch> Idle = [];

    private readonly List<(nint Block, nuint Size)> _blocks = [];
    private nuint _used;

    private Scratch()
    {
    }

    /// <summary>Gives the memory back to the system.</summary>
    ~Scratch() => Free();

    /// <summary>Room for pixels; not set to anything.</summary>
    /// <param name="count">How many.</param>
    /// <param name="channels">Numbers of each.</param>
    public PixelSpan Pixels(int count, int channels)
    {
        // Every pixel begins where a cache line does. At a distance of whole kilobytes they would share few places of the first cache.
        var step = (channels + 15) / 16 * 16;
        if (step % 256 == 0)
            step += 16;
        var size = (nuint)count * (nuint)step * sizeof(float);
        if (_blocks.Count == 0 || _used + size > _blocks[^1].Size)
        {
            _blocks.Add(((nint)NativeMemory.AlignedAlloc(size, CacheLine), size));
            _used = 0;
        }

        var first = (float*)(_blocks[^1].Block + (nint)_used);
        _used += size;
        return new PixelSpan(first, step, count, channels);
    }

    internal static Scratch Rent() => Idle.TryTake(out var scratch) ? scratch : new Scratch();

    internal static void Return(Scratch scratch) => Idle.Add(scratch);

    /// <summary>Takes all room back. What came in pieces will come in one from now on.</summary>
    internal void Reset()
    {
        if (_blocks.Count > 1)
        {
            var size = _blocks.Aggregate((nuint)0, (sum, block) => sum + block.Size);
            Free();
            _blocks.Add(((nint)NativeMemory.AlignedAlloc(size, CacheLine), size));
        }

        _used = 0;
    }

    private void Free()
    {
        foreach (var (block, _) in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
