namespace IRConStyle.Training.Hosting;

/// <summary>What a program that hosts a training returns; the same as <c>irconstyle train</c> does.</summary>
public static class TrainingExitCode
{
    /// <summary>All iterations are done.</summary>
    public const int Completed = 0;

    /// <summary>The training failed; the log says why.</summary>
    public const int Failed = 1;

    /// <summary>Stopped on request or by its time budget before the end; started again it goes on.</summary>
    public const int Stopped = 130;
}
