namespace IRConStyle.Cli.Commands;

/// <summary>What the program returns to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>Something could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or a request to terminate, as shells count it.</summary>
    public const int Interrupted = 130;
}
