using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>
/// Statistics of a whole image that blocks take in the middle of a network, such as the mean of each channel. Where an image is
/// restored in tiles they are collected from parts all over it, and are then the same for all tiles. A block joins by
/// passing them through <see cref="Share"/>.
/// </summary>
public sealed class ImageStatistics : IDisposable
{
    [ThreadStatic]
    private static ImageStatistics? _current;

    [ThreadStatic]
    private static bool _isCollecting;

    private readonly Dictionary<object, (torch.Tensor Sum, int Count)> _collected = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, torch.Tensor> _means = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether no block has taken anything so far.</summary>
    public bool IsEmpty => _collected.Count == 0;

    /// <summary>Called by a block with what it took of its feature map; gives back what it is to go on with.</summary>
    /// <param name="block">The block.</param>
    /// <param name="own">Of a shape that does not depend on the size of the map; disposed unless it is given back.</param>
    /// <returns>The statistics themselves, or those of the whole image where they are known; owned by the caller.</returns>
    public static torch.Tensor Share(object block, torch.Tensor own)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(own);
        return _current is { } current ? current.Exchange(block, own) : own;
    }

    /// <summary>Collects the statistics of what is restored on this thread until the result is disposed, each time with the same weight.</summary>
    public IDisposable Collect() => new Period(this, isCollecting: true);

    /// <summary>Gives the collected means to what is restored on this thread until the result is disposed. From then on nothing is collected.</summary>
    public IDisposable Use()
    {
        lock (_collected)
        {
            foreach (var (block, (sum, count)) in _collected)
                if (!_means.ContainsKey(block))
                    _means.Add(block, (sum / count).DetachFromDisposeScope());
            return new Period(this, isCollecting: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (sum, _) in _collected.Values)
            sum.Dispose();
        foreach (var mean in _means.Values)
            mean.Dispose();
    }

    private torch.Tensor Exchange(object block, torch.Tensor own)
    {
        if (!_isCollecting)
        {
            if (!_means.TryGetValue(block, out var mean))
                return own;
            own.Dispose();
            return mean.alias();
        }

        var sum = _collected.TryGetValue(block, out var earlier) ? earlier.Sum + own : own.clone();
        _collected[block] = (sum.DetachFromDisposeScope(), earlier.Count + 1);
        earlier.Sum?.Dispose();
        return own;
    }

    private sealed class Period : IDisposable
    {
        private readonly (ImageStatistics?, bool) _before = (_current, _isCollecting);

        public Period(ImageStatistics statistics, bool isCollecting) => (_current, _isCollecting) = (statistics, isCollecting);

        public void Dispose() => (_current, _isCollecting) = _before;
    }
}
