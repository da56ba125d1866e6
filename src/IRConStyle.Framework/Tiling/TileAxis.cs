namespace IRConStyle.Framework.Tiling;

/// <summary>One side of a <see cref="TileGrid"/>: intervals of one size, evenly spaced, that cover a length.</summary>
internal sealed class TileAxis
{
    private readonly long _multiple;

    private TileAxis(long length, long multiple, int count, long size) => (Length, _multiple, Count, Size) = (length, multiple, count, size);

    /// <summary>What is covered: the image's side, extended to a multiple.</summary>
    public long Length { get; }

    /// <summary>How many intervals.</summary>
    public int Count { get; }

    /// <summary>Length of each.</summary>
    public long Size { get; }

    /// <summary>All numbers of intervals that make sense, from one on: each is longer than what it shares on both sides.</summary>
    public static List<TileAxis> All(long side, long multiple, long overlap)
    {
        var length = ImagePadding.RoundUp(side, multiple);
        // So that places, which are multiples too, leave no less.
        var shared = ImagePadding.RoundUp(overlap, multiple);
        // Shorter ones could consist of extension alone at the far end.
        var least = Math.Max(2 * shared, 2 * multiple);
        var all = new List<TileAxis> { new(length, multiple, 1, length) };
        for (var count = 2; ; count++)
        {
            var size = ImagePadding.RoundUp((length + ((count - 1) * shared) + count - 1) / count, multiple);
            if (size < least || size >= all[^1].Size)
                return all;
            all.Add(new TileAxis(length, multiple, count, size));
        }
    }

    /// <summary>Where an interval begins.</summary>
    public long Start(int index) => Count == 1 ? 0 : index * (Length - Size) / (Count - 1) / _multiple * _multiple;

    /// <summary>How much an interval counts at each of its places: those of all intervals are one together.</summary>
    public float[] Weights(int index)
    {
        var start = Start(index);
        var weights = new float[Size];
        for (var place = 0; place < Size; place++)
        {
            var (own, all) = (0.0, 0.0);
            for (var other = Math.Max(0, index - 2); other <= Math.Min(Count - 1, index + 2); other++)
            {
                var weight = Fade(other, start + place);
                all += weight;
                if (other == index)
                    own = weight;
            }

            weights[place] = (float)(own / all);
        }

        return weights;
    }

    /// <summary>From zero near an end that is shared up to one, by a squared sine; 0 outside.</summary>
    private double Fade(int index, long place)
    {
        var start = Start(index);
        if (place < start || place >= start + Size)
            return 0;
        var rise = index == 0 ? 1 : Ramp(place - start, Start(index - 1) + Size - start);
        var fall = index == Count - 1 ? 1 : Ramp(start + Size - 1 - place, start + Size - Start(index + 1));
        return Math.Min(rise, fall);
    }

    /// <summary>A quarter on each side counts not at all or fully: at its very edge a tile does not know what is beyond.</summary>
    private static double Ramp(long distance, long shared)
    {
        var rise = Math.Clamp((distance + 0.5 - (shared / 4.0)) / (shared / 2.0), 0, 1);
        var sine = Math.Sin(rise * Math.PI / 2);
        return sine * sine;
    }
}
