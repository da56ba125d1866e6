using System.Text;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Pipelines;
using IRConStyle.Training.Loop;
using IRConStyle.Training.Samples;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Writes <c>metrics.jsonl</c>, a line per report, validation and saved file. A run that goes on from a checkpoint cuts what
/// lies beyond it, so that the file tells each iteration once; a new run keeps an earlier file under another name.
/// </summary>
public sealed class MetricsLog : ITrainingObserver
{
    /// <inheritdoc/>
    public ITrainingRecorder Observe(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new MetricsRecorder(run);
    }

    /// <summary>A report as a line.</summary>
    internal static MetricsLine Line(TrainingProgress progress, TrainingOptions options) => new()
    {
        Kind = MetricsKind.Report,
        Iteration = progress.Iteration,
        LearningRate = progress.LearningRate,
        Loss = Total(progress.Losses, options),
        Losses = progress.Losses,
        IterationsPerSecond = progress.IterationsPerSecond,
        ImagesPerSecond = progress.ImagesPerSecond,
        DataWait = progress.DataWait,
        MemoryBytes = progress.MemoryBytes,
        UnreadableImages = progress.UnreadableImages,
        RollBacks = progress.RollBacks,
    };

    /// <summary>A validation as a line.</summary>
    internal static MetricsLine Line(ValidationReport validation) => new()
    {
        Kind = MetricsKind.Validation,
        Iteration = validation.Iteration,
        Validation = validation.Values,
        IsBest = validation.IsBest,
        Images = validation.Images,
        Seconds = validation.Elapsed.TotalSeconds,
    };

    /// <summary>The weighted sum of losses.</summary>
    internal static double Total(IReadOnlyDictionary<string, double> losses, TrainingOptions options)
        => options.Losses.Concat(options.ContrastiveLosses).Sum(loss => loss.Weight * losses.GetValueOrDefault(loss.Name));

    private sealed class MetricsRecorder : ITrainingRecorder
    {
        private readonly TrainingRun _run;
        private readonly string _file;
        private FileStream _stream;
        private int _reported;

        public MetricsRecorder(TrainingRun run)
        {
            _run = run;
            _file = Path.Combine(run.OutputDirectory, MetricsFile.Name);
            _reported = run.StartIteration;
            if (run.StartIteration == 0)
                EarlierFiles.KeepAside(_file);
            else if (File.Exists(_file))
                MetricsFile.Cut(_file, run.StartIteration);
            _stream = Open();
            Write(new MetricsLine
            {
                Kind = MetricsKind.Start,
                Iteration = run.StartIteration,
                Pipeline = run.Pipeline,
                Device = run.Device,
                Parameters = run.Parameters,
                Iterations = run.Options.Training.Iterations,
            });
        }

        public void Report(TrainingProgress progress)
        {
            if (progress.Iteration <= _reported)
                CutFrom(progress.Iteration);
            _reported = progress.Iteration;
            Write(Line(progress, _run.Options.Training));
        }

        public void Report(ValidationReport validation) => Write(Line(validation));

        public void Saved(string path, int iteration) => Write(new MetricsLine
        {
            Kind = MetricsKind.Saved,
            Iteration = iteration,
            Path = Path.GetRelativePath(_run.OutputDirectory, path).Replace('\\', '/'),
        });

        public void Finished(TrainingResult result) => Write(new MetricsLine
        {
            Kind = MetricsKind.End,
            Iteration = result.Iterations,
            End = result.End.ToString(),
        });

        public void Dispose() => _stream.Dispose();

        /// <summary>The run was rolled back: what it had reported beyond is no part of it any more.</summary>
        private void CutFrom(int iteration)
        {
            _stream.Dispose();
            MetricsFile.Cut(_file, iteration - 1);
            _stream = Open();
        }

        private FileStream Open() => new(_file, FileMode.Append, FileAccess.Write, FileShare.Read | FileShare.Delete);

        private void Write(MetricsLine line)
        {
            // In one piece, so that a reader sees whole lines.
            _stream.Write(Encoding.UTF8.GetBytes($"{line}\n"));
            _stream.Flush();
        }
    }
}
