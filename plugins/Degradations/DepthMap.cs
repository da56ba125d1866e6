namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// A depth for a photograph that has none, plausible rather than true: the ground recedes upwards, smooth noise adds hills and
/// rooms, and a guided filter (He, Sun and Tang, "Guided Image Filtering", IEEE TPAMI 2013) lets depth change where the image
/// has edges. How near the nearest and how far the farthest point is, is drawn: a patch of a photograph may be all
/// foreground.
/// </summary>
internal static class DepthMap
{
    private const int Octaves = 3;
    private const double Regularisation = 1e-3;

    /// <summary>Draws a depth.</summary>
    /// <param name="image">C×H×W, in [0,1].</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="random">Decides everything.</param>
    /// <returns>H×W, 0 (near) to 1 (far).</returns>
    public static float[] Draw(ReadOnlySpan<float> image, PlaneSize size, RandomStream random)
    {
        // Mostly upwards: 90 degrees of standard deviation 30.
        var direction = Math.PI / 2 + random.Gaussian() * Math.PI / 6;
        var (right, up) = (Math.Cos(direction), Math.Sin(direction));
        var roughness = random.Between(0.2, 1);
        var depth = new float[size.Plane];
        for (var row = 0; row < size.Height; row++)
            for (var column = 0; column < size.Width; column++)
                depth[row * size.Width + column] = (float)(right * column / size.Width - up * row / size.Height);
        AddNoise(depth, size, roughness, random);
        Spread(depth, 0, 1);
        Guide(depth, Brightness(image, size), size);
        var (one, other) = (random.Next(), random.Next());
        Spread(depth, Math.Min(one, other), Math.Max(one, other));
        return depth;
    }

    /// <summary>Smooth random values on ever finer lattices (value noise), each half as high as the one before.</summary>
    private static void AddNoise(float[] depth, PlaneSize size, double height, RandomStream random)
    {
        for (var octave = 1; octave <= Octaves; octave++, height /= 2)
        {
            var cells = 1 << octave;
            var lattice = new double[(cells + 1) * (cells + 1)];
            for (var i = 0; i < lattice.Length; i++)
                lattice[i] = random.Between(-height, height);
            for (var row = 0; row < size.Height; row++)
            {
                var (top, low) = Cell(row, size.Height, cells);
                for (var column = 0; column < size.Width; column++)
                {
                    var (left, right) = Cell(column, size.Width, cells);
                    var at = top * (cells + 1) + left;
                    var upper = lattice[at] + right * (lattice[at + 1] - lattice[at]);
                    var lower = lattice[at + cells + 1] + right * (lattice[at + cells + 2] - lattice[at + cells + 1]);
                    depth[row * size.Width + column] += (float)(upper + low * (lower - upper));
                }
            }
        }
    }

    private static (int Cell, double Weight) Cell(int at, int length, int cells)
    {
        var place = (at + 0.5) / length * cells;
        var cell = (int)place;
        var within = place - cell;
        return (cell, within * within * (3 - 2 * within));
    }

    private static float[] Brightness(ReadOnlySpan<float> image, PlaneSize size)
    {
        var brightness = new float[size.Plane];
        for (var channel = 0; channel < size.Channels; channel++)
            for (var i = 0; i < brightness.Length; i++)
                brightness[i] += image[channel * size.Plane + i] / size.Channels;
        return brightness;
    }

    /// <summary>Replaces the depth by what a local line of the brightness gives for it.</summary>
    private static void Guide(float[] depth, float[] guide, PlaneSize size)
    {
        var radius = Math.Max(2, Math.Min(size.Height, size.Width) / 12);
        var (meanGuide, meanDepth) = (BoxMean(guide, size, radius), BoxMean(depth, size, radius));
        var products = BoxMean([.. guide.Zip(depth, (g, d) => g * d)], size, radius);
        var squares = BoxMean([.. guide.Select(g => g * g)], size, radius);
        var (slope, offset) = (new float[depth.Length], new float[depth.Length]);
        for (var i = 0; i < depth.Length; i++)
        {
            slope[i] = (float)((products[i] - meanGuide[i] * meanDepth[i]) / (squares[i] - meanGuide[i] * meanGuide[i] + Regularisation));
            offset[i] = meanDepth[i] - slope[i] * meanGuide[i];
        }

        (slope, offset) = (BoxMean(slope, size, radius), BoxMean(offset, size, radius));
        for (var i = 0; i < depth.Length; i++)
            depth[i] = slope[i] * guide[i] + offset[i];
    }

    /// <summary>The mean over a square that is cut off at the borders: along rows, then along columns.</summary>
    private static float[] BoxMean(float[] values, PlaneSize size, int radius)
    {
        var result = new float[values.Length];
        for (var row = 0; row < size.Height; row++)
            RunningMean(values, result, row * size.Width, 1, size.Width, radius);
        var rows = result;
        result = new float[values.Length];
        for (var column = 0; column < size.Width; column++)
            RunningMean(rows, result, column, size.Width, size.Height, radius);
        return result;
    }

    private static void RunningMean(float[] from, float[] to, int start, int step, int length, int radius)
    {
        var (sum, count) = (0.0, 0);
        for (var ahead = 0; ahead < length + radius; ahead++)
        {
            if (ahead < length)
                (sum, count) = (sum + from[start + ahead * step], count + 1);
            if (ahead - 2 * radius - 1 >= 0)
                (sum, count) = (sum - from[start + (ahead - 2 * radius - 1) * step], count - 1);
            if (ahead >= radius)
                to[start + (ahead - radius) * step] = (float)(sum / count);
        }
    }

    private static void Spread(float[] values, double low, double high)
    {
        var (least, most) = (values.Min(), values.Max());
        // A single pixel, say, has no depth of its own: it is as far as the nearest.
        var factor = most > least ? (high - low) / (most - least) : 0;
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(low + factor * (values[i] - least));
    }
}
