using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="MotionBlur"/>.</summary>
public sealed class MotionBlurOptions
{
    /// <summary>The shortest path of the camera in pixels; default 0, no blur.</summary>
    [Range(0.0, 200.0)]
    [AtMost(nameof(LengthMax))]
    public double LengthMin { get; set; }

    /// <summary>The longest path of the camera in pixels; default 20.</summary>
    [Range(0.0, 200.0)]
    public double LengthMax { get; set; } = 20;

    /// <summary>The steadiest hand: 0 moves in a straight line; default 0.</summary>
    [Range(0.0, 4.0)]
    [AtMost(nameof(ShakeMax))]
    public double ShakeMin { get; set; }

    /// <summary>The most nervous hand; default 1, the wildest paths of DeblurGAN.</summary>
    [Range(0.0, 4.0)]
    public double ShakeMax { get; set; } = 1;
}

/// <summary>
/// Blur of a shaken camera: the image convolved with the path of a point of light, drawn by Boracchi and Foi's random
/// trajectories (IEEE TIP 2012), the same over the whole image. The path's centre of mass stays where it was.
/// </summary>
/// <param name="options">How long and how irregular paths are.</param>
public sealed class MotionBlur(MotionBlurOptions options) : PixelDegradation
{
    /// <summary>The kernel that a seed gets.</summary>
    internal BlurKernel KernelFor(ulong seed)
    {
        var random = new RandomStream(seed);
        var length = random.Between(options.LengthMin, options.LengthMax);
        return Draw(Trajectory.Draw(random, length, random.Between(options.ShakeMin, options.ShakeMax)));
    }

    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
        => KernelFor(seed).Apply(clean, degraded, size);

    /// <summary>Each point of the path gives its light to the four pixels around it.</summary>
    private static BlurKernel Draw((double X, double Y)[] points)
    {
        var radius = (int)Math.Ceiling(points.Max(point => Math.Max(Math.Abs(point.X), Math.Abs(point.Y)))) + 1;
        var side = 2 * radius + 1;
        var weights = new double[side * side];
        foreach (var (x, y) in points)
        {
            var (left, top) = (Math.Floor(x), Math.Floor(y));
            var (right, low) = (x - left, y - top);
            var at = ((int)top + radius) * side + (int)left + radius;
            weights[at] += (1 - right) * (1 - low);
            weights[at + 1] += right * (1 - low);
            weights[at + side] += (1 - right) * low;
            weights[at + side + 1] += right * low;
        }

        return new BlurKernel(weights);
    }
}
