using System.Globalization;
using IRConStyle.Framework.Files;
using IRConStyle.Framework.Imaging;
using IRConStyle.Training.Loop;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Draws <c>validation/iteration-00001000.png</c> at each validation: its samples below each other, degraded, restored and
/// clean side by side. The newest 20 sheets and the one of the best validation are kept.
/// </summary>
/// <param name="codec">Writes the pictures.</param>
public sealed class ValidationSheets(IImageCodec codec) : ITrainingObserver
{
    /// <summary>The folder in a run's output directory.</summary>
    public const string FolderName = "validation";

    private const int Kept = 20;
    private const string Prefix = "iteration-", Extension = ".png";

    /// <inheritdoc/>
    public ITrainingRecorder Observe(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new SheetsRecorder(run, codec);
    }

    private static string NameOf(int iteration) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{iteration:00000000}{Extension}");

    private sealed class SheetsRecorder : ITrainingRecorder
    {
        private readonly TrainingRun _run;
        private readonly IImageCodec _codec;
        private readonly string _folder;
        private int? _best;

        public SheetsRecorder(TrainingRun run, IImageCodec codec)
        {
            (_run, _codec, _folder) = (run, codec, Path.Combine(run.OutputDirectory, FolderName));
            if (run.StartIteration == 0)
            {
                EarlierFiles.KeepAside(_folder);
                return;
            }

            var metrics = Path.Combine(run.OutputDirectory, MetricsFile.Name);
            _best = File.Exists(metrics) ? TrainingHistory.Read(metrics, run.StartIteration).BestIteration : null;
            foreach (var (iteration, file) in Sheets())
                if (iteration > run.StartIteration)
                    File.Delete(file);
        }

        public void Report(TrainingProgress progress)
        {
        }

        public void Report(ValidationReport validation)
        {
            if (validation.IsBest)
                _best = validation.Iteration;
            if (validation.Samples.Count > 0)
                _codec.Write(Path.Combine(_folder, NameOf(validation.Iteration)), ComparisonSheet.Stack([.. validation.Samples.Select(Draw)]));
            foreach (var (iteration, file) in Sheets().OrderByDescending(sheet => sheet.Iteration).Skip(Kept))
                if (iteration != _best)
                    File.Delete(file);
        }

        public void Saved(string path, int iteration)
        {
        }

        public void Finished(TrainingResult result)
        {
        }

        public void Dispose()
        {
        }

        private RasterImage Draw(ValidationSample sample) => ComparisonSheet.Draw(
        [
            new("Degraded", RasterImage.FromBytes(sample.Degraded)),
            // One metric: captions are no wider than their picture.
            new(string.Join("  ", ["Restored", .. sample.Values.Take(1).Select(Caption)]), RasterImage.FromBytes(sample.Restored)),
            new($"Clean: {Path.GetFileNameWithoutExtension(sample.Name)}", RasterImage.FromBytes(sample.Clean)),
        ]);

        private string Caption(KeyValuePair<string, double> value)
        {
            var unit = _run.Metrics.FirstOrDefault(metric => metric.Name == value.Key)?.Unit ?? "";
            var decimals = unit.Length > 0 ? "0.00" : "0.0000";
            return string.Create(CultureInfo.InvariantCulture, $"{value.Key} {value.Value.ToString(decimals, CultureInfo.InvariantCulture)} {unit}").TrimEnd();
        }

        private List<(int Iteration, string File)> Sheets() => !Directory.Exists(_folder) ? [] :
        [
            .. Directory.EnumerateFiles(_folder, $"{Prefix}*{Extension}")
                .Where(file => int.TryParse(Path.GetFileNameWithoutExtension(file)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(file => (int.Parse(Path.GetFileNameWithoutExtension(file)[Prefix.Length..], CultureInfo.InvariantCulture), file)),
        ];
    }
}
