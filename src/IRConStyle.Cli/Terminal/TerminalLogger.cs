using Microsoft.Extensions.Logging;

namespace IRConStyle.Cli.Terminal;

/// <summary>Writes log messages to standard error, one plain line each.</summary>
/// <param name="screen">The terminal.</param>
/// <param name="isVerbose">Whether exceptions are written with their stack traces.</param>
internal sealed class TerminalLogger(Screen screen, bool isVerbose) : ILoggerProvider, ILogger
{
    private readonly Lock _writing = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        if (isVerbose && exception is not null)
            message += Environment.NewLine + exception;
        lock (_writing)
        {
            if (logLevel >= LogLevel.Error)
                screen.WriteError(message);
            else if (logLevel == LogLevel.Warning)
                screen.WriteWarning(message);
            else
                screen.WriteNote($"{(logLevel == LogLevel.Information ? "info" : "debug")}: {message}");
        }
    }

    public void Dispose()
    {
    }
}
