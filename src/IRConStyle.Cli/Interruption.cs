using System.Runtime.InteropServices;
using IRConStyle.Cli.Terminal;

namespace IRConStyle.Cli;

/// <summary>Turns the first Ctrl-C or request to terminate into a cancellation; a second Ctrl-C ends the program at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly Screen _screen;

    public Interruption(Screen screen)
    {
        _screen = screen;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];
    }

    /// <summary>Cancelled on the first request to stop.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        if (_screen.IsLive)
            _screen.WriteNote("");
        _screen.WriteNote("Stopping; press Ctrl-C again to stop at once.");
        _source.Cancel();
    }
}
