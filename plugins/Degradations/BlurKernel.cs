using System.Buffers;
using System.Numerics;

namespace IRConStyle.Plugins.Degradations;

/// <summary>A blur as a list of shifted copies of the image; the weights sum to 1. Safe to use from several threads at once.</summary>
internal sealed class BlurKernel
{
    private readonly (int X, int Y, float Weight)[] _taps;
    private readonly int _reach;

    /// <summary>Takes what a square grid of weights holds and scales it to the sum 1.</summary>
    /// <param name="weights">(2r+1)² weights, row by row, not negative, not all zero; the middle one is the pixel itself.</param>
    public BlurKernel(double[] weights)
    {
        var side = (int)Math.Round(Math.Sqrt(weights.Length));
        var radius = side / 2;
        var sum = weights.Sum();
        _taps =
        [
            .. Enumerable.Range(0, weights.Length)
                .Where(at => weights[at] > 0)
                .Select(at => (at % side - radius, at / side - radius, (float)(weights[at] / sum))),
        ];
        _reach = _taps.Max(tap => Math.Max(Math.Abs(tap.X), Math.Abs(tap.Y)));
    }

    /// <summary>The shifts in pixels and their weights.</summary>
    public IReadOnlyList<(int X, int Y, float Weight)> Taps => _taps;

    /// <summary>Convolves every channel; the image is mirrored at its borders.</summary>
    public void Apply(ReadOnlySpan<float> image, Span<float> result, PlaneSize size)
    {
        var stride = size.Width + 2 * _reach;
        var padded = ArrayPool<float>.Shared.Rent(stride * (size.Height + 2 * _reach));
        for (var channel = 0; channel < size.Channels; channel++)
        {
            Pad(image.Slice(channel * size.Plane, size.Plane), padded, size, stride);
            var target = result.Slice(channel * size.Plane, size.Plane);
            target.Clear();
            for (var row = 0; row < size.Height; row++)
            {
                var line = target.Slice(row * size.Width, size.Width);
                foreach (var (x, y, weight) in _taps)
                    // A convolution: the tap at (x, y) brings light to the pixel from the other side.
                    AddScaled(padded.AsSpan((row + _reach - y) * stride + _reach - x, size.Width), weight, line);
            }
        }

        ArrayPool<float>.Shared.Return(padded);
    }

    private void Pad(ReadOnlySpan<float> plane, float[] padded, PlaneSize size, int stride)
    {
        for (var row = -_reach; row < size.Height + _reach; row++)
        {
            var source = plane.Slice(PlaneSize.Mirrored(row, size.Height) * size.Width, size.Width);
            var line = padded.AsSpan((row + _reach) * stride, stride);
            source.CopyTo(line[_reach..]);
            for (var i = 1; i <= _reach; i++)
            {
                line[_reach - i] = source[PlaneSize.Mirrored(-i, size.Width)];
                line[_reach + size.Width - 1 + i] = source[PlaneSize.Mirrored(size.Width - 1 + i, size.Width)];
            }
        }
    }

    private static void AddScaled(ReadOnlySpan<float> source, float weight, Span<float> sum)
    {
        var at = 0;
        for (; at <= sum.Length - Vector<float>.Count; at += Vector<float>.Count)
            (new Vector<float>(sum[at..]) + weight * new Vector<float>(source[at..])).CopyTo(sum[at..]);
        for (; at < sum.Length; at++)
            sum[at] += weight * source[at];
    }
}
