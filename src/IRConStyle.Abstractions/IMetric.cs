using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>Measures one restored image against its clean original. Never averages over images.</summary>
public interface IMetric
{
    /// <summary>Which way is better.</summary>
    MetricDirection Direction { get; }

    /// <summary>The unit for display, for example <c>dB</c>; empty for plain numbers.</summary>
    string Unit { get; }

    /// <summary>Measures 8-bit images, as benchmarks are scored.</summary>
    /// <param name="restored">C×H×W uint8, RGB or grey, 0 to 255.</param>
    /// <param name="clean">The same shape and type.</param>
    /// <returns>The value; PSNR of equal images is positive infinity.</returns>
    /// <exception cref="IRConStyleException">The shapes differ or the image is smaller than the metric's window.</exception>
    double Measure(torch.Tensor restored, torch.Tensor clean);
}

/// <summary>Which way a metric improves.</summary>
public enum MetricDirection
{
    /// <summary>Larger is better, as with PSNR.</summary>
    HigherIsBetter,

    /// <summary>Smaller is better, as with an error.</summary>
    LowerIsBetter,
}
