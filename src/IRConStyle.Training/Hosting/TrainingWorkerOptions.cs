using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Training.Hosting;

/// <summary>What a hosted training trains; read by programs that host one (<c>AddTrainingWorker</c>), not by the command.</summary>
public sealed class TrainingWorkerOptions
{
    /// <summary>The section's key below <c>IRConStyle</c>.</summary>
    public const string SectionKey = "Worker";

    /// <summary>The pipeline to train; null for <c>IRConStyle:DefaultPipeline</c>.</summary>
    public string? Pipeline { get; set; }

    /// <summary>The folder that receives weights and logs, below the host's content root; null for <c>runs/</c> and the pipeline's name.</summary>
    public string? Output { get; set; }

    /// <summary>auto, cpu, cuda or cuda:n; null for <c>IRConStyle:Device</c>.</summary>
    [RegularExpression("(?i:auto|cpu|cuda(:[0-9]{1,3})?)", ErrorMessage = "accepted is auto, cpu, cuda or cuda:n")]
    public string? Device { get; set; }

    /// <summary>Whether to go on from the newest checkpoint in the output folder; without one the run begins anew.</summary>
    public bool Resume { get; set; } = true;

    /// <summary>Whether the host stops when the training has ended, well or badly.</summary>
    public bool StopHostWhenDone { get; set; } = true;

    /// <summary>The health check calls a run degraded when nothing was reported for this long (hours:minutes:seconds).</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "24.00:00:00", ErrorMessage = "accepted is a duration of 1 ms to 24 days")]
    public TimeSpan StallAfter { get; set; } = TimeSpan.FromMinutes(10);
}
