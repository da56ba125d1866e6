using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// The products of channels with channels of the same head, summed over an image, as attention between channels takes them (a
/// Gram matrix per head). They are collected while the rows are made, and added up in the same order whatever bands there were.
/// </summary>
public sealed unsafe class ChannelProducts : IDisposable
{
    /// <summary>Groups of rows that sums are kept of: as many as bands may be one above the other.</summary>
    private const int Groups = 32;

    private readonly FeatureMap _groups;
    private readonly int _rows;
    private readonly int _heads;
    private readonly int _size;

    /// <summary>Begins at zero.</summary>
    /// <param name="map">Says how many images there are and how large they are.</param>
    /// <param name="strips">Strips of its width, as the bands have them.</param>
    /// <param name="heads">How many heads.</param>
    /// <param name="size">Channels of each.</param>
    public ChannelProducts(FeatureMap map, int strips, int heads, int size)
    {
        ArgumentNullException.ThrowIfNull(map);
        (_rows, _heads, _size) = (RowsTogether(map), heads, size);
        var groups = FeatureMap.Empty(map.Images, heads * size * size, (map.Height + _rows - 1) / _rows, strips);
        groups.zero_();
        _groups = new FeatureMap(groups);
    }

    /// <summary>Rows that must belong to one band, for <see cref="RowBands"/>.</summary>
    /// <param name="map">The map.</param>
    public static int RowsTogether(FeatureMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return (map.Height + Groups - 1) / Groups;
    }

    /// <summary>Adds the products of some pixels.</summary>
    /// <param name="band">The band that they are of.</param>
    /// <param name="row">The row that they are of.</param>
    /// <param name="left">Head by head the channels that become rows of the matrices.</param>
    /// <param name="right">The same pixels' channels that become columns.</param>
    /// <exception cref="ArgumentException">The pixels do not have the channels.</exception>
    public void Add(RowBand band, int row, PixelSpan left, PixelSpan right)
    {
        left.CheckRoom(left.Count, _heads * _size, nameof(left));
        right.CheckRoom(left.Count, _heads * _size, nameof(right));
        var sums = _groups.Row(band.Image, row / _rows, band.Strip, band.Strip + 1).At(0);
        if (FusedKernels.Form == KernelForm.Vector512)
            ProductsKernel<Simd512, Vector512<float>>.Run(left, right, _size, _heads, sums);
        else
            ProductsKernel<Simd256, Vector256<float>>.Run(left, right, _size, _heads, sums);
    }

    /// <summary>The sums.</summary>
    /// <returns>N×heads×channels×channels, owned by the caller.</returns>
    public Tensor Totals()
    {
        var totals = zeros(_groups.Images, _heads, _size, _size);
        using var pixels = totals.view(_groups.Images, 1, 1, _groups.Channels).permute(0, 3, 1, 2);
        var target = new FeatureMap(pixels);
        for (var image = 0; image < _groups.Images; image++)
        {
            var total = target.Row(image, 0, 0, 1)[0];
            for (var row = 0; row < _groups.Height; row++)
            {
                var strips = _groups.Row(image, row, 0, _groups.Width);
                for (var strip = 0; strip < strips.Count; strip++)
                    Add(total, strips[strip]);
            }
        }

        return totals;
    }

    /// <inheritdoc/>
    public void Dispose() => _groups.Tensor.Dispose();

    private static void Add(Span<float> target, ReadOnlySpan<float> addend)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(target);
        var addends = MemoryMarshal.Cast<float, Vector<float>>(addend);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] += addends[i];
        for (var i = vectors.Length * Vector<float>.Count; i < target.Length; i++)
            target[i] += addend[i];
    }
}
