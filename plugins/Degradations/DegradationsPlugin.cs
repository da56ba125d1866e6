using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Degradations;

/// <summary>Registers the degradations.</summary>
public sealed class DegradationsPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Degradations", "0.1.0", Contract.Version, "Makes degraded images from clean ones.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddDegradation<GaussianNoiseOptions>(
            new ComponentInfo("gaussian-noise", "White Gaussian noise of one level or of a random level, as denoising benchmarks add it.")
            {
                ReferenceNames = ["Dataset_GaussianDenoising"],
            },
            (options, _) => new GaussianNoise(options))
        .AddDegradation<CameraNoiseOptions>(
            new("camera-noise", "Noise of a camera's sensor: photons by Poisson's law, Gaussian read noise, in linear light."),
            (options, _) => new CameraNoise(options))
        .AddDegradation<MotionBlurOptions>(
            new("motion-blur", "Blur of a shaken camera, along a random trajectory."),
            (options, _) => new MotionBlur(options))
        .AddDegradation<FrameAverageOptions>(
            new("frame-average", "Blur of a moving camera: the average of frames that travel, turn and zoom."),
            (options, _) => new FrameAverage(options))
        .AddDegradation<DefocusBlurOptions>(
            new("defocus-blur", "Blur of a lens out of focus."),
            (options, _) => new DefocusBlur(options))
        .AddDegradation<RainOptions>(
            new("rain-light", "Rain streaks, few."),
            (options, _) => new Rain(options))
        .AddDegradation<HeavyRainOptions>(
            new("rain-heavy", "Rain streaks, many, with a veil of far rain."),
            (options, _) => new Rain(options))
        .AddDegradation<HazeOptions>(
            new("haze", "Atmospheric scattering over a generated depth."),
            (options, _) => new Haze(options))
        .AddDegradation<JpegCompressionOptions>(
            new("jpeg", "What JPEG loses."),
            (options, context) => new JpegCompression(options, context.Images))
        .AddDegradation<DownscalingOptions>(
            new("downscale", "Loss of resolution: made smaller and brought back to its size."),
            (options, _) => new Downscaling(options))
        .AddDegradation<SequenceOptions>(
            new("sequence", "Several degradations after each other."),
            (options, context) => new Sequence(options, context))
        .AddDegradation<HandHeldOptions>(
            new("hand-held", "A hand-held photograph in poor light: blur, camera noise, JPEG."),
            (options, context) => new Sequence(options, context))
        .AddDegradation<OneOfOptions>(
            new("one-of", "One of several degradations, drawn for each image."),
            (options, context) => new OneOf(options, context))
        .AddDegradation<AllInOneOptions>(
            new("all-in-one", "One of noise, blur, rain, haze and JPEG, drawn for each image."),
            (options, context) => new OneOf(options, context));
}
