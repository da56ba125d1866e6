using static TorchSharp.torch;

namespace IRConStyle.Modules.Kernels;

/// <summary>Rows of one image, in all their width or in a strip of it.</summary>
/// <param name="Image">Which image of the batch.</param>
/// <param name="Top">The first row.</param>
/// <param name="Bottom">The row after the last one.</param>
/// <param name="Left">The first column.</param>
/// <param name="Right">The column after the last one.</param>
/// <param name="Strip">Which strip of the width.</param>
public readonly record struct RowBand(int Image, int Top, int Bottom, int Left, int Right, int Strip);

/// <summary>
/// Cuts the feature maps of a batch into bands of rows and shares them out among threads: as many as libtorch may use, the
/// caller's among them. What a band computes must not depend on where bands begin, so that it does not depend on the number of
/// threads.
/// </summary>
public sealed class RowBands
{
    /// <summary>Of scratch that a band's strip should need, so that a core's own cache holds it.</summary>
    private const int StripBytes = 512 * 1024;

    private const int LeastColumns = 32;

    /// <summary>Bands are no lower than this for the sake of more bands than threads, because their edges cost twice.</summary>
    private const int PreferredRows = 32;

    private const int BandsPerThread = 4;

    /// <summary>Of the map, for each thread: with less to do, waking one costs more than it gains.</summary>
    private const long LeastNumbersPerThread = 16 * 1024;

    private readonly FeatureMap _map;
    private readonly int _rowsTogether;
    private readonly int _threads;

    /// <summary>Plans the bands for the calling thread's number of threads.</summary>
    /// <param name="map">What is cut.</param>
    /// <param name="bytesPerColumn">
    /// Scratch that each column of a band needs at a time; decides how wide strips are. With 0 bands are as wide as the map.
    /// </param>
    /// <param name="rowsTogether">Rows that no two bands share: bands begin at a multiple.</param>
    public RowBands(FeatureMap map, int bytesPerColumn, int rowsTogether = 1)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsTogether, 1);
        (_map, _rowsTogether) = (map, rowsTogether);
        var numbers = (long)map.Images * map.Channels * map.Height * map.Width;
        _threads = (int)Math.Clamp(numbers / LeastNumbersPerThread, 1, get_num_threads());
        var columns = bytesPerColumn == 0 ? map.Width : Math.Max(LeastColumns, StripBytes / bytesPerColumn);
        Strips = (map.Width + columns - 1) / columns;
    }

    /// <summary>Strips next to each other; follows from the map alone.</summary>
    public int Strips { get; }

    /// <summary>Does some work for each band.</summary>
    /// <param name="work">The work; gets scratch memory of its own. Several threads call it at once; it calls kernels, not libtorch.</param>
    public void Run(Action<RowBand, Scratch> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var perImage = Math.Min(Groups, BandsPerImage());
        var count = _map.Images * perImage * Strips;
        var next = -1;
        if (_threads == 1 || count == 1)
            Worker();
        else
            Parallel.For(0, Math.Min(_threads, count), new ParallelOptions { MaxDegreeOfParallelism = _threads }, _ => Worker());

        void Worker()
        {
            var scratch = Scratch.Rent();
            int index;
            while ((index = Interlocked.Increment(ref next)) < count)
            {
                scratch.Reset();
                work(Band(index, perImage), scratch);
            }

            Scratch.Return(scratch);
        }
    }

    private int Groups => (_map.Height + _rowsTogether - 1) / _rowsTogether;

    /// <summary>As many as threads, and more where they stay high, so that a thread that is held up leaves work to others.</summary>
    private int BandsPerImage()
    {
        if (_threads == 1)
            return 1;
        var atOnce = Math.Max(1, (_threads + (_map.Images * Strips) - 1) / (_map.Images * Strips));
        var high = _map.Height / PreferredRows;
        return Math.Clamp(high, atOnce, atOnce * BandsPerThread);
    }

    private RowBand Band(int index, int perImage)
    {
        var (rest, strip) = Math.DivRem(index, Strips);
        var (image, band) = Math.DivRem(rest, perImage);
        return new RowBand(
            image, Share(Groups, band, perImage) * _rowsTogether, Math.Min(_map.Height, Share(Groups, band + 1, perImage) * _rowsTogether),
            Share(_map.Width, strip, Strips), Share(_map.Width, strip + 1, Strips), strip);
    }

    private static int Share(int size, int part, int parts) => (int)((long)size * part / parts);
}
