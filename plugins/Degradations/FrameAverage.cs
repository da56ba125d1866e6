using System.ComponentModel.DataAnnotations;
using System.Numerics;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="FrameAverage"/>.</summary>
public sealed class FrameAverageOptions
{
    /// <summary>
    /// How many frames are averaged; null (the default) takes as many as keep neighbours within a pixel, 7 to 200, as REDS does
    /// by interpolating frames. GoPro averages 7 to 13 frames as they are.
    /// </summary>
    [Range(2, FrameAverage.MostFrames)]
    public int? Frames { get; set; }

    /// <summary>The longest path of the camera across the image in pixels; paths are drawn from 0 up to it; default 12.</summary>
    [Range(0.0, 200.0)]
    public double TravelMax { get; set; } = 12;

    /// <summary>How irregular the path is, as with motion blur; default 0.5.</summary>
    [Range(0.0, 4.0)]
    public double ShakeMax { get; set; } = 0.5;

    /// <summary>The largest turn about the line of sight in degrees, either way; default 2.</summary>
    [Range(0.0, 45.0)]
    public double RotationMax { get; set; } = 2;

    /// <summary>The largest growth or shrinking of the image by moving along the line of sight; default 0.04.</summary>
    [Range(0.0, 0.5)]
    public double ZoomMax { get; set; } = 0.04;

    /// <summary>
    /// The camera's response: frames are averaged as value^Gamma; default 1, the values themselves, as in the GoPro set that
    /// benchmarks use; 2.2 is its <c>blur_gamma</c>.
    /// </summary>
    [Range(0.5, 4.0)]
    public double Gamma { get; set; } = 1;
}

/// <summary>
/// Blur of a moving camera as GoPro and REDS make it (Nah, Kim and Lee, "Deep Multi-scale Convolutional Neural Network for
/// Dynamic Scene Deblurring", CVPR 2017): the average of the frames of a movement. The camera travels along a random
/// trajectory, turns and moves forwards, so the blur differs from place to place; on average nothing is moved.
/// </summary>
/// <param name="options">How the camera moves.</param>
public sealed class FrameAverage(FrameAverageOptions options) : PixelDegradation
{
    /// <summary>More frames than this take minutes on a large photograph and are no longer told apart.</summary>
    internal const int MostFrames = 200;

    private const int FewestFrames = 7;

    private protected override void Degrade(ReadOnlySpan<float> clean, Span<float> degraded, PlaneSize size, ulong seed)
    {
        var movement = MovementFor(seed, size);
        var (image, sum) = (new Vector4[size.Plane], new Vector4[size.Plane]);
        // Up to four channels at once: a pixel is a vector.
        for (var channel = 0; channel < size.Channels; channel += 4)
        {
            var count = Math.Min(4, size.Channels - channel);
            Interleave(clean[(channel * size.Plane)..], image, count);
            Array.Clear(sum);
            foreach (var frame in movement)
                frame.AddTo(image, sum, size, 1f / movement.Count);
            for (var part = 0; part < count; part++)
                for (int i = 0, at = (channel + part) * size.Plane; i < size.Plane; i++, at++)
                    degraded[at] = Math.Clamp(Response(sum[i][part], 1 / options.Gamma), 0, 1);
        }
    }

    /// <summary>The frames' places, in order of time.</summary>
    internal IReadOnlyList<FramePlace> MovementFor(ulong seed, PlaneSize size)
    {
        var random = new RandomStream(seed);
        var travel = random.Between(0, options.TravelMax);
        var path = Trajectory.Draw(random, travel, random.Between(0, options.ShakeMax));
        var rotation = random.Between(-options.RotationMax, options.RotationMax) * Math.PI / 180;
        var zoom = random.Between(-options.ZoomMax, options.ZoomMax);
        var (centreX, centreY) = (random.Between(0, size.Width), random.Between(0, size.Height));
        // The corner farthest from the centre moves most: along its radius by zooming, across it by turning.
        var reach = Math.Sqrt(Math.Pow(Math.Max(centreX, size.Width - centreX), 2) + Math.Pow(Math.Max(centreY, size.Height - centreY), 2));
        var steps = travel + reach * Math.Sqrt(rotation * rotation + zoom * zoom);
        var count = options.Frames ?? Math.Clamp((int)Math.Ceiling(steps) + 1, FewestFrames, MostFrames);
        return
        [
            .. Enumerable.Range(0, count).Select(frame =>
            {
                var time = frame / (count - 1.0) - 0.5;
                var (x, y) = Trajectory.At(path, time + 0.5);
                return new FramePlace(x, y, rotation * time, 1 + zoom * time, centreX, centreY);
            }),
        ];
    }

    private void Interleave(ReadOnlySpan<float> planes, Vector4[] pixels, int channels)
    {
        for (var channel = 0; channel < channels; channel++)
            for (var i = 0; i < pixels.Length; i++)
                pixels[i][channel] = Response(planes[channel * pixels.Length + i], options.Gamma);
    }

    private static float Response(float value, double power) => power == 1 ? value : (float)Math.Pow(Math.Max(value, 0), power);
}

/// <summary>Where a frame lies over the clean image: turned and scaled about a centre, then shifted.</summary>
/// <param name="ShiftX">Pixels to the right.</param>
/// <param name="ShiftY">Pixels down.</param>
/// <param name="Angle">Radians.</param>
/// <param name="Scale">Above 1 the image is shown larger.</param>
/// <param name="CentreX">Column about which it turns.</param>
/// <param name="CentreY">Row about which it turns.</param>
internal readonly record struct FramePlace(double ShiftX, double ShiftY, double Angle, double Scale, double CentreX, double CentreY)
{
    /// <summary>
    /// Adds the frame to a sum. It is sampled by cubic convolution, which unlike linear interpolation blurs hardly by itself;
    /// beyond its borders the image is mirrored.
    /// </summary>
    public void AddTo(ReadOnlySpan<Vector4> image, Span<Vector4> sum, PlaneSize size, float weight)
    {
        var (cos, sin) = (Math.Cos(Angle) / Scale, Math.Sin(Angle) / Scale);
        for (var row = 0; row < size.Height; row++)
            for (var column = 0; column < size.Width; column++)
            {
                var (dx, dy) = (column - ShiftX - CentreX, row - ShiftY - CentreY);
                var (x, y) = (CentreX + cos * dx + sin * dy, CentreY - sin * dx + cos * dy);
                var (left, top) = ((int)Math.Floor(x), (int)Math.Floor(y));
                var (across, down) = (Weights((float)(x - left)), Weights((float)(y - top)));
                var (x0, x1) = (PlaneSize.Mirrored(left - 1, size.Width), PlaneSize.Mirrored(left, size.Width));
                var (x2, x3) = (PlaneSize.Mirrored(left + 1, size.Width), PlaneSize.Mirrored(left + 2, size.Width));
                var value = Vector4.Zero;
                for (var tap = 0; tap < 4; tap++)
                {
                    var line = image.Slice(PlaneSize.Mirrored(top - 1 + tap, size.Height) * size.Width, size.Width);
                    value += down[tap] * (across.X * line[x0] + across.Y * line[x1] + across.Z * line[x2] + across.W * line[x3]);
                }

                sum[row * size.Width + column] += weight * value;
            }
    }

    /// <summary>Keys' cubic convolution, a = −1/2, for the four samples around a place between the second and the third.</summary>
    private static Vector4 Weights(float t) => 0.5f * new Vector4(
        t * (-1 + t * (2 - t)), 2 + t * t * (-5 + 3 * t), t * (1 + t * (4 - 3 * t)), t * t * (-1 + t));
}
