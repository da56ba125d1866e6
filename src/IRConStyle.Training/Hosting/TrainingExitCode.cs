using IRConStyle.Training.Loop;

namespace IRConStyle.Training.Hosting;

/// <summary>What a program that trains returns: the command and a hosted training alike.</summary>
public static class TrainingExitCode
{
    /// <summary>The training did what it was to do: all iterations, or those that its time budget (<c>Training:MaxTime</c>) had room for.</summary>
    public const int Completed = 0;

    /// <summary>The training failed; the log says why.</summary>
    public const int Failed = 1;

    /// <summary>Stopped on request before the end; started again it goes on.</summary>
    public const int Stopped = 130;

    /// <summary>The exit code of a training that did not fail.</summary>
    /// <param name="result">How it ended.</param>
    public static int Of(TrainingResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.End is TrainingEnd.Cancelled ? Stopped : Completed;
    }
}
