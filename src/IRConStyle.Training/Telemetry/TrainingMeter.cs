using System.Diagnostics;
using System.Diagnostics.Metrics;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Samples;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Measures training for OpenTelemetry and <c>dotnet-counters</c>: a meter with the instruments below, tagged with pipeline
/// and device, and an activity per run with one below it per validation. Costs next to nothing while nobody listens.
/// </summary>
/// <example><code>
/// builder.Services.AddOpenTelemetry()
///     .WithMetrics(metrics => metrics.AddMeter(TrainingMeter.MeterName).AddOtlpExporter())
///     .WithTracing(tracing => tracing.AddSource(TrainingMeter.ActivitySourceName).AddOtlpExporter());
/// </code></example>
public sealed class TrainingMeter : ITrainingObserver, IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "IRConStyle.Training";

    /// <summary>The activity source's name.</summary>
    public const string ActivitySourceName = "IRConStyle.Training";

    /// <summary>Counter: optimizer steps.</summary>
    public const string Iterations = "irconstyle.training.iterations";

    /// <summary>Counter: patches trained on.</summary>
    public const string Images = "irconstyle.training.images";

    /// <summary>Counter: images left out because they could not be read.</summary>
    public const string UnreadableImages = "irconstyle.training.unreadable_images";

    /// <summary>Counter: roll-backs after a loss ran away.</summary>
    public const string RollBacks = "irconstyle.training.roll_backs";

    /// <summary>Counter: checkpoints and weights files written.</summary>
    public const string Checkpoints = "irconstyle.training.checkpoints";

    /// <summary>Gauge: the last reported mean of a loss; tag <see cref="LossTag"/>.</summary>
    public const string Loss = "irconstyle.training.loss";

    /// <summary>Gauge: the learning rate.</summary>
    public const string LearningRate = "irconstyle.training.learning_rate";

    /// <summary>Gauge: patches per second.</summary>
    public const string ImagesPerSecond = "irconstyle.training.images_per_second";

    /// <summary>Gauge: the part of the time spent waiting for data, 0 to 1.</summary>
    public const string DataWait = "irconstyle.training.data_wait";

    /// <summary>Gauge: resident memory of the process in bytes.</summary>
    public const string Memory = "irconstyle.training.memory";

    /// <summary>Gauge: the last validation's mean of a metric; tag <see cref="MetricTag"/>.</summary>
    public const string Validation = "irconstyle.training.validation";

    /// <summary>Histogram: seconds a validation took.</summary>
    public const string ValidationDuration = "irconstyle.training.validation.duration";

    /// <summary>The activity of a run.</summary>
    public const string TrainActivity = "train";

    /// <summary>The activity of a validation, below the run's.</summary>
    public const string ValidateActivity = "validate";

    /// <summary>The event of a saved file in the run's activity.</summary>
    public const string SavedEvent = "saved";

    /// <summary>Tag: the pipeline's name.</summary>
    public const string PipelineTag = "pipeline";

    /// <summary>Tag: cpu, or cuda:n.</summary>
    public const string DeviceTag = "device";

    /// <summary>Tag: the name of a loss.</summary>
    public const string LossTag = "loss";

    /// <summary>Tag: the name of a metric.</summary>
    public const string MetricTag = "metric";

    private static readonly string? Version = typeof(TrainingMeter).Assembly.GetName().Version?.ToString(3);

    private readonly Meter? _own;
    private readonly ActivitySource _activities = new(ActivitySourceName, Version);
    private readonly TrainingInstruments _instruments;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">The host's meters; null makes one of its own.</param>
    public TrainingMeter(IMeterFactory? meters = null)
        => _instruments = new TrainingInstruments(
            meters?.Create(MeterName, Version) ?? (_own = new Meter(MeterName, Version)));

    /// <inheritdoc/>
    public ITrainingRecorder Observe(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new MeterRecorder(run, _instruments, _activities);
    }

    /// <summary>Ends the measuring; a meter of the host's stays the host's.</summary>
    public void Dispose()
    {
        _own?.Dispose();
        _activities.Dispose();
    }
}
