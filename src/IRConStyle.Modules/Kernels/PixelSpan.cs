namespace IRConStyle.Modules.Kernels;

/// <summary>
/// Pixels that lie at equal distances in memory, such as a row of a channels-last feature map or a piece of scratch memory.
/// Good for as long as the memory is: a tensor's until it is disposed, scratch until the work on a band ends.
/// </summary>
public readonly unsafe struct PixelSpan
{
    /// <summary>Pixels that should go through a chain of kernels together: few enough to stay in the nearest caches.</summary>
    public const int ChunkPixels = 48;

    private readonly float* _first;

    internal PixelSpan(float* first, int step, int count, int channels)
    {
        _first = first;
        (Step, Count, Channels) = (step, count, channels);
    }

    /// <summary>Numbers from a pixel to the next; at least <see cref="Channels"/>.</summary>
    public int Step { get; }

    /// <summary>How many pixels.</summary>
    public int Count { get; }

    /// <summary>Numbers of each that may be read and written.</summary>
    public int Channels { get; }

    /// <summary>Some of the pixels.</summary>
    /// <param name="start">The first.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such pixels.</exception>
    public PixelSpan Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - start);
        return new PixelSpan(At(start), Step, count, Channels);
    }

    /// <summary>Every so manyth pixel.</summary>
    /// <param name="first">The first.</param>
    /// <param name="distance">Pixels from one to the next, from 1.</param>
    public PixelSpan Every(int first, int distance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(distance, 1);
        var count = Math.Max(0, (Count - first + distance - 1) / distance);
        return new PixelSpan(At(first), Step * distance, count, Channels);
    }

    /// <summary>Some channels of all the pixels.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such channels.</exception>
    public PixelSpan Part(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Channels - first);
        return new PixelSpan(_first + first, Step, Count, count);
    }

    /// <summary>All the pixels, at most <see cref="ChunkPixels"/> at a time.</summary>
    public IEnumerable<(int Start, int Count)> Chunks()
    {
        for (var start = 0; start < Count; start += ChunkPixels)
            yield return (start, Math.Min(ChunkPixels, Count - start));
    }

    /// <summary>The numbers of one pixel.</summary>
    /// <param name="index">Which one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pixel.</exception>
    public Span<float> this[int index] => new(Slice(index, 1)._first, Channels);

    /// <summary>Sets all numbers to zero, those between the pixels' channels included.</summary>
    internal void Clear() => new Span<float>(_first, Count * Step).Clear();

    /// <summary>Refuses to go beyond the memory.</summary>
    internal void CheckRoom(int count, int channels, string name)
    {
        if (Count < count || Channels < channels)
            throw new ArgumentException($"{Count} pixels of {Channels} numbers, but {count} of {channels} are needed.", name);
    }

    internal float* At(int index) => _first + ((nint)index * Step);
}
