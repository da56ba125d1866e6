using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using IRConStyle.Framework.Files;
using IRConStyle.Training.Loop;
using Tensorboard;
using TorchSharp;
using TorchSharp.Modules;

namespace IRConStyle.Training.Telemetry;

/// <summary>
/// Writes event files for TensorBoard into <c>tensorboard</c>: losses, learning rate, speed, validation and its first
/// images (degraded, restored and clean side by side). Look with <c>tensorboard --logdir runs</c>.
/// </summary>
public sealed class TensorBoardLog : ITrainingObserver
{
    /// <summary>The folder in a run's output directory.</summary>
    public const string FolderName = "tensorboard";

    /// <inheritdoc/>
    public ITrainingRecorder Observe(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var folder = Path.Combine(run.OutputDirectory, FolderName);
        if (run.StartIteration == 0)
            EarlierFiles.KeepAside(folder);
        var recorder = new TensorBoardRecorder(run, torch.utils.tensorboard.SummaryWriter(folder));
        if (run.StartIteration > 0)
            Forget(folder, run.StartIteration);
        return recorder;
    }

    /// <summary>Tells TensorBoard to forget what earlier event files hold beyond an iteration: it will be written again.</summary>
    private static void Forget(string folder, int lastIteration)
    {
        var file = Directory.EnumerateFiles(folder, "*.tfevents.*").MaxBy(File.GetLastWriteTimeUtc)!;
        var restart = new Event
        {
            Step = lastIteration + 1,
            WallTime = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start },
        }.ToByteArray();
        var record = new byte[restart.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, restart.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        restart.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + restart.Length), MaskedChecksum(restart));
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(record);
    }

    /// <summary>The checksum of TensorFlow's record files: CRC-32C, rotated and shifted.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
            checksum = BitOperations.Crc32C(checksum, value);
        return BitOperations.RotateRight(~checksum, 15) + 0xA282EAD8u;
    }

    /// <remarks>The writer opens and closes its file for every value, so there is nothing to flush.</remarks>
    private sealed class TensorBoardRecorder(TrainingRun run, SummaryWriter writer) : ITrainingRecorder
    {
        public void Report(TrainingProgress progress)
        {
            var at = progress.Iteration;
            Write("loss/total", MetricsLog.Total(progress.Losses, run.Options.Training), at);
            foreach (var (name, value) in progress.Losses)
                Write($"loss/{name}", value, at);
            Write("learning_rate", progress.LearningRate, at);
            Write("speed/images_per_second", progress.ImagesPerSecond, at);
            Write("speed/data_wait", progress.DataWait, at);
            Write("speed/memory_mebibytes", progress.MemoryBytes / (1024.0 * 1024), at);
        }

        public void Report(ValidationReport validation)
        {
            foreach (var (name, value) in validation.Values)
                Write($"validation/{name}", value, validation.Iteration);
            using var scope = torch.NewDisposeScope();
            foreach (var sample in validation.Samples)
                writer.add_img(
                    $"samples/{sample.Name}", torch.cat([sample.Degraded, sample.Restored, sample.Clean], dim: 2), validation.Iteration);
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

        private void Write(string tag, double value, int iteration) => writer.add_scalar(tag, (float)value, iteration);
    }
}
