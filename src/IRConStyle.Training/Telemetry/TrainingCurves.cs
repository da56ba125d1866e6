using IRConStyle.Framework.Files;
using IRConStyle.Training.Loop;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Draws <c>curves.png</c> at each validation and at the end of a run. A run that goes on from a checkpoint takes what came
/// before from <c>metrics.jsonl</c>, so that the picture is whole.
/// </summary>
public sealed class TrainingCurves : ITrainingObserver
{
    /// <summary>The picture's name in a run's output directory.</summary>
    public const string FileName = "curves.png";

    /// <inheritdoc/>
    public ITrainingRecorder Observe(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new CurvesRecorder(run);
    }

    private sealed class CurvesRecorder : ITrainingRecorder
    {
        private readonly TrainingRun _run;
        private readonly TrainingHistory _history;
        private readonly string _file;

        public CurvesRecorder(TrainingRun run)
        {
            _run = run;
            _file = Path.Combine(run.OutputDirectory, FileName);
            var metrics = Path.Combine(run.OutputDirectory, MetricsFile.Name);
            _history = run.StartIteration > 0 && File.Exists(metrics)
                ? TrainingHistory.Read(metrics, run.StartIteration)
                : new TrainingHistory(TrainingHistory.NameOf(run.OutputDirectory));
            if (run.StartIteration == 0)
                EarlierFiles.KeepAside(_file);
        }

        public void Report(TrainingProgress progress) => _history.Add(MetricsLog.Line(progress, _run.Options.Training));

        public void Report(ValidationReport validation)
        {
            _history.Add(MetricsLog.Line(validation));
            Draw();
        }

        public void Saved(string path, int iteration)
        {
        }

        public void Finished(TrainingResult result) => Draw();

        public void Dispose()
        {
        }

        private void Draw()
        {
            if (_history.Loss.Count > 0)
                AtomicFile.Write(_file, stream => stream.Write(CurveSheet.Draw([_history])));
        }
    }
}
