using IRConStyle.Abstractions;
using IRConStyle.Framework.Inference;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedWorker;

/// <summary>Restores what appears in the folder inbox into the folder outbox.</summary>
internal sealed partial class Inbox([FromKeyedServices("denoise")] IImageRestorer restorer, ILogger<Inbox> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Directory.CreateDirectory("inbox");
        Directory.CreateDirectory("outbox");
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        do
            await Task.WhenAll(Directory.GetFiles("inbox").Select(file => Restore(file, stoppingToken)));
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Restore(string file, CancellationToken cancellation)
    {
        try
        {
            using var restored = new MemoryStream();
            await using (var input = File.OpenRead(file))
                await restorer.RestoreAsync(input, restored, new StreamRestoration { Format = "png" }, cancellation: cancellation);
            var output = Path.Combine("outbox", Path.GetFileNameWithoutExtension(file) + ".png");
            await File.WriteAllBytesAsync(output, restored.ToArray(), cancellation);
            File.Delete(file);
        }
        catch (RestorerBusyException)
        {
            // It is still there in a second.
        }
        catch (IRConStyleException exception)
        {
            LogFailed(logger, exception.Message);
            File.Move(file, Path.Combine("outbox", Path.GetFileName(file) + ".failed"), overwrite: true);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);
}
