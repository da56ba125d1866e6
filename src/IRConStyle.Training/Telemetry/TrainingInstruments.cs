using System.Diagnostics.Metrics;

namespace IRConStyle.Training.Telemetry;

/// <summary>The instruments of <see cref="TrainingMeter"/>.</summary>
internal sealed class TrainingInstruments(Meter meter)
{
    public Counter<long> Iterations { get; } = meter.CreateCounter<long>(TrainingMeter.Iterations, "{iteration}", "Optimizer steps.");

    public Counter<long> Images { get; } = meter.CreateCounter<long>(TrainingMeter.Images, "{image}", "Patches trained on.");

    public Counter<long> UnreadableImages { get; } = meter.CreateCounter<long>(
        TrainingMeter.UnreadableImages, "{image}", "Images left out because they could not be read.");

    public Counter<long> RollBacks { get; } = meter.CreateCounter<long>(
        TrainingMeter.RollBacks, "{roll-back}", "Roll-backs after a loss ran away.");

    public Counter<long> Checkpoints { get; } = meter.CreateCounter<long>(
        TrainingMeter.Checkpoints, "{file}", "Checkpoints and weights files written.");

    public Gauge<double> Loss { get; } = meter.CreateGauge<double>(TrainingMeter.Loss, description: "The last reported mean of each loss.");

    public Gauge<double> LearningRate { get; } = meter.CreateGauge<double>(TrainingMeter.LearningRate, description: "The learning rate.");

    public Gauge<double> ImagesPerSecond { get; } = meter.CreateGauge<double>(
        TrainingMeter.ImagesPerSecond, "{image}/s", "Patches per second since the last report.");

    public Gauge<double> DataWait { get; } = meter.CreateGauge<double>(
        TrainingMeter.DataWait, "1", "The part of the time spent waiting for data since the last report.");

    public Gauge<long> Memory { get; } = meter.CreateGauge<long>(TrainingMeter.Memory, "By", "Resident memory of the process.");

    public Gauge<double> Validation { get; } = meter.CreateGauge<double>(
        TrainingMeter.Validation, description: "The last validation's mean of each metric.");

    public Histogram<double> ValidationDuration { get; } = meter.CreateHistogram<double>(
        TrainingMeter.ValidationDuration, "s", "How long validations took.");
}
