using TorchSharp;
using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>
/// The sums of every channel over an image, collected row by row while the rows are made. They are added up in the same order
/// whatever bands there were.
/// </summary>
public sealed class PooledSums : IDisposable
{
    private readonly FeatureMap _rows;
    private readonly FeatureMap _map;
    private readonly int _channels;

    /// <summary>Begins at zero.</summary>
    /// <param name="map">What is summed.</param>
    /// <param name="strips">Strips of its width, as the bands have them.</param>
    public PooledSums(FeatureMap map, int strips)
        : this(map, strips, (map ?? throw new ArgumentNullException(nameof(map))).Channels)
    {
    }

    /// <summary>Begins at zero, for what is of the map's size but has other channels.</summary>
    /// <param name="map">Says how many images there are and how large they are.</param>
    /// <param name="strips">Strips of its width, as the bands have them.</param>
    /// <param name="channels">What is summed of each pixel.</param>
    public PooledSums(FeatureMap map, int strips, int channels)
    {
        ArgumentNullException.ThrowIfNull(map);
        (_map, _channels) = (map, channels);
        var rows = FeatureMap.Empty(map.Images, channels, map.Height, strips);
        rows.zero_();
        _rows = new FeatureMap(rows);
    }

    /// <summary>One pixel that takes the sums of a row within a strip.</summary>
    /// <param name="band">Says which image and strip.</param>
    /// <param name="row">Which row.</param>
    public PixelSpan Row(RowBand band, int row) => _rows.Row(band.Image, row, band.Strip, band.Strip + 1);

    /// <summary>The means.</summary>
    /// <returns>N×C×1×1, owned by the caller.</returns>
    public Tensor Means()
    {
        var means = FeatureMap.Empty(_map.Images, _channels, 1, 1);
        var target = new FeatureMap(means);
        var totals = new double[_channels];
        for (var image = 0; image < _map.Images; image++)
        {
            Array.Clear(totals);
            for (var row = 0; row < _map.Height; row++)
            {
                var strips = _rows.Row(image, row, 0, _rows.Width);
                for (var strip = 0; strip < strips.Count; strip++)
                {
                    var sums = strips[strip];
                    for (var channel = 0; channel < totals.Length; channel++)
                        totals[channel] += sums[channel];
                }
            }

            var mean = target.Row(image, 0, 0, 1)[0];
            for (var channel = 0; channel < totals.Length; channel++)
                mean[channel] = (float)(totals[channel] / ((double)_map.Height * _map.Width));
        }

        return means;
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Tensor.Dispose();
}
