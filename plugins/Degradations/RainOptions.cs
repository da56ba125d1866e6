using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Options of <see cref="Rain"/>; the defaults are light rain like that of Rain100L.</summary>
public class RainOptions
{
    /// <summary>The fewest streaks per 1,000 pixels; default 0.5.</summary>
    [Range(0.0, 200.0)]
    [AtMost(nameof(DensityMax))]
    public double DensityMin { get; set; } = 0.5;

    /// <summary>The most streaks per 1,000 pixels; default 4.</summary>
    [Range(0.0, 200.0)]
    public double DensityMax { get; set; } = 4;

    /// <summary>The shortest streak in pixels; default 15.</summary>
    [Range(1.0, 500.0)]
    [AtMost(nameof(LengthMax))]
    public double LengthMin { get; set; } = 15;

    /// <summary>The longest streak in pixels; default 50.</summary>
    [Range(1.0, 500.0)]
    public double LengthMax { get; set; } = 50;

    /// <summary>The thinnest streak: the standard deviation of its profile in pixels; default 0.3.</summary>
    [Range(0.1, 10.0)]
    [AtMost(nameof(WidthMax))]
    public double WidthMin { get; set; } = 0.3;

    /// <summary>The thickest streak; default 0.9.</summary>
    [Range(0.1, 10.0)]
    public double WidthMax { get; set; } = 0.9;

    /// <summary>The farthest left that the rain falls, in degrees from straight down; default −30.</summary>
    [Range(-80.0, 80.0)]
    [AtMost(nameof(AngleMax))]
    public double AngleMin { get; set; } = -30;

    /// <summary>The farthest right that the rain falls, in degrees from straight down; default 30.</summary>
    [Range(-80.0, 80.0)]
    public double AngleMax { get; set; } = 30;

    /// <summary>The standard deviation of single streaks about the direction of the rain, in degrees; default 2.</summary>
    [Range(0.0, 20.0)]
    public double AngleSpread { get; set; } = 2;

    /// <summary>How many directions the streaks have at most, each drawn on its own; default 1.</summary>
    [Range(1, 5)]
    public int DirectionsMax { get; set; } = 1;

    /// <summary>The light of the faintest streak, 0 to 1; default 0.05.</summary>
    [Range(0.0, 1.0)]
    [AtMost(nameof(BrightnessMax))]
    public double BrightnessMin { get; set; } = 0.05;

    /// <summary>The light of the brightest streak, 0 to 1; faint ones are the more frequent; default 0.6.</summary>
    [Range(0.0, 1.0)]
    public double BrightnessMax { get; set; } = 0.6;

    /// <summary>The thickest veil that far rain draws over the image: 0 (the default) none, 1 nothing else is seen.</summary>
    [Range(0.0, 1.0)]
    public double VeilMax { get; set; }
}

/// <summary>Options of <see cref="Rain"/> whose defaults are heavy rain like that of Rain100H: many streaks and a thin veil.</summary>
public sealed class HeavyRainOptions : RainOptions
{
    /// <summary>Sets the defaults.</summary>
    public HeavyRainOptions()
    {
        (DensityMin, DensityMax) = (4, 20);
        (LengthMin, LengthMax) = (15, 60);
        (WidthMin, WidthMax) = (0.4, 1.1);
        (AngleMin, AngleMax) = (-45, 45);
        (BrightnessMin, BrightnessMax) = (0.1, 0.7);
        (DirectionsMax, VeilMax) = (2, 0.1);
    }
}
