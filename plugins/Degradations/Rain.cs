namespace IRConStyle.Plugins.Degradations;

/// <summary>
/// Rain by the model of Yang et al., "Deep Joint Rain Detection and Removal from a Single Image" (CVPR 2017): streaks of one
/// or more directions add light of their own, O = α·(B + ΣS) + (1 − α)·A, where far rain veils the image with the light A by
/// 1 − α. A streak is a short line with a bell-shaped profile that fades at both ends; it has no colour.
/// </summary>
/// <param name="options">How much it rains.</param>
public sealed class Rain(RainOptions options) : PixelDegradation
{
    private const double Profile = 3, PerPixels = 1000;

    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        var streaks = new float[size.Plane];
        var (veil, light) = Draw(streaks, size, new RandomStream(seed));
        for (var channel = 0; channel < size.Channels; channel++)
            for (int i = 0, at = channel * size.Plane; i < size.Plane; i++, at++)
                degraded[at] = Math.Clamp((float)((1 - veil) * (clean[at] + streaks[i]) + veil * light), 0, 1);
    }

    /// <summary>Draws the streaks of a seed.</summary>
    /// <param name="streaks">H×W, receives the light of all streaks, from 0 up.</param>
    /// <param name="size">H and W.</param>
    /// <param name="random">Decides everything.</param>
    /// <returns>The veil 1 − α and its light A.</returns>
    internal (double Veil, double Light) Draw(Span<float> streaks, PlaneSize size, RandomStream random)
    {
        var veil = random.Between(0, options.VeilMax);
        var light = random.Between(0.7, 1);
        var directions = Enumerable.Range(0, random.Whole(1, options.DirectionsMax))
            .Select(_ => random.Between(options.AngleMin, options.AngleMax)).ToArray();
        var density = random.Between(options.DensityMin, options.DensityMax);
        // Lengths and widths of one rain resemble each other: drops are as far away as they are long.
        var (typicalLength, typicalWidth) = (random.Between(options.LengthMin, options.LengthMax), random.Between(options.WidthMin, options.WidthMax));
        var margin = options.LengthMax / 2;
        var count = random.Poisson(density / PerPixels * (size.Width + 2 * margin) * (size.Height + 2 * margin));
        for (var i = 0; i < count; i++)
            Add(streaks, size, new Streak(
                random.Between(-margin, size.Width + margin),
                random.Between(-margin, size.Height + margin),
                (directions[i % directions.Length] + options.AngleSpread * random.Gaussian()) * Math.PI / 180,
                Math.Clamp(typicalLength * random.Between(0.5, 1.5), options.LengthMin, options.LengthMax),
                Math.Clamp(typicalWidth * random.Between(0.7, 1.3), options.WidthMin, options.WidthMax),
                options.BrightnessMin + (options.BrightnessMax - options.BrightnessMin) * Square(random.Next())));
        return (veil, light);
    }

    private static void Add(Span<float> streaks, PlaneSize size, Streak streak)
    {
        var (sin, cos) = Math.SinCos(Math.Clamp(streak.Angle, -1.45, 1.45));
        var (half, across) = (streak.Length / 2, Profile * streak.Width);
        var reach = half * cos + across * Math.Abs(sin);
        var bottom = Math.Min(size.Height - 1, (int)Math.Floor(streak.Y + reach));
        for (var row = Math.Max(0, (int)Math.Ceiling(streak.Y - reach)); row <= bottom; row++)
        {
            var centre = streak.X + (row - streak.Y) * sin / cos;
            var right = Math.Min(size.Width - 1, (int)Math.Floor(centre + across / cos));
            for (var column = Math.Max(0, (int)Math.Ceiling(centre - across / cos)); column <= right; column++)
            {
                var (dx, dy) = (column - streak.X, row - streak.Y);
                var along = Math.Abs(dx * sin + dy * cos) / half;
                if (along >= 1)
                    continue;
                var distance = (dx * cos - dy * sin) / streak.Width;
                var fading = 1 - along * along;
                streaks[row * size.Width + column] += (float)(streak.Brightness * fading * Math.Exp(-0.5 * distance * distance));
            }
        }
    }

    private static double Square(double value) => value * value;

    private readonly record struct Streak(double X, double Y, double Angle, double Length, double Width, double Brightness);
}
