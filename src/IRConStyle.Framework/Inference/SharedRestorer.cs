using IRConStyle.Abstractions;
using IRConStyle.Framework.Imaging;
using TorchSharp;

namespace IRConStyle.Framework.Inference;

/// <summary>One network for all callers, on threads of its own.</summary>
/// <param name="name">The pipeline.</param>
/// <param name="loader">Opens the network when it is first needed; what fails is tried again.</param>
/// <param name="codec">Reads and writes streams.</param>
/// <param name="options">How many at once, and how to restore.</param>
internal sealed class SharedRestorer(string name, NetworkLoader loader, IImageCodec codec, RestorerOptions options)
    : IImageRestorer, IAsyncDisposable, IDisposable
{
    private const string Fallback = "PNG";

    private const int WarmUpSide = 64;

    private readonly RestorerThreads _threads = new(name, options.MaxConcurrency, options.MaxWaiting);
    private readonly Lock _opening = new();
    private readonly ThreadLocal<bool> _hasItsShare = new();
    private LoadedNetwork? _network;
    private SideBySide? _sideBySide;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task WarmUpAsync(CancellationToken cancellation = default)
    {
        using var caller = _threads.Enter();
        await _threads.Run(stop => Guard($"Restorer {name}", () =>
        {
            Open();
            using var scope = torch.NewDisposeScope();
            var spec = _network!.Network.Backbone.Spec;
            // Not as a file: what comes of an image that is none does not matter here.
            _network.Restorer.Restore(torch.full([spec.InputChannels, WarmUpSide, WarmUpSide], 0.5f), stop);
            return true;
        }), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<RestoredImage> RestoreAsync(
        RasterImage image, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var caller = _threads.Enter();
        return await _threads.Run(stop => Guard("The image", () =>
        {
            var restored = Restore(image, progress, stop);
            progress?.Report(1);
            return restored;
        }), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<RestoredStream> RestoreAsync(
        Stream input,
        Stream output,
        StreamRestoration? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        options ??= new StreamRestoration();
        var called = options.Name ?? (input as FileStream)?.Name ?? "The stream";
        if (options.Format is { } wanted && codec.WritableFormat(wanted) is null)
            throw new IRConStyleException(
                $"{called} cannot be restored: {wanted} is no image format to write.",
                $"Use one of {string.Join(", ", codec.WritableExtensions.Order(StringComparer.Ordinal))}.");
        using var caller = _threads.Enter();
        using var content = new MemoryStream();
        await Transfer($"{called} cannot be read", () => input.CopyToAsync(content, cancellation)).ConfigureAwait(false);
        content.Position = 0;
        using var encoded = new MemoryStream();
        var result = await _threads.Run(
            stop => Guard(called, () => Restore(content, encoded, called, options, progress, stop)), cancellation).ConfigureAwait(false);
        var whole = encoded.GetBuffer().AsMemory(0, (int)encoded.Length);
        await Transfer($"{called} is restored but cannot be written", () => output.WriteAsync(whole, cancellation).AsTask())
            .ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _threads.Close().ConfigureAwait(false);
        Interlocked.Exchange(ref _network, null)?.Dispose();
        Interlocked.Exchange(ref _sideBySide, null)?.Dispose();
        _hasItsShare.Dispose();
        _threads.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private RestoredStream Restore(
        MemoryStream content, MemoryStream encoded, string called, StreamRestoration how, IProgress<double>? progress, CancellationToken stop)
    {
        var degraded = codec.Read(content, called);
        var format = codec.WritableFormat(how.Format ?? degraded.SourceFormat) ?? Fallback;
        var restored = Restore(degraded, progress, stop);
        stop.ThrowIfCancellationRequested();
        var dropped = codec.Write(encoded, format, restored.Image, how.Write, called);
        progress?.Report(1);
        return new RestoredStream(format, degraded.Width, degraded.Height, [.. degraded.Notes, .. restored.Notes, .. dropped]);
    }

    private RestoredImage Restore(RasterImage degraded, IProgress<double>? progress, CancellationToken stop)
    {
        var sideBySide = Open();
        // All being done is told by whoever has nothing left to do.
        Action<double>? advanced = progress is null ? null : share =>
        {
            if (share < 1)
                progress.Report(share);
        };
        using var place = sideBySide.Enter(degraded, stop);
        stop.ThrowIfCancellationRequested();
        return place.Restore(degraded, advanced, stop);
    }

    private SideBySide Open()
    {
        lock (_opening)
        {
            if (_network is null)
            {
                _network = loader.Open(name, options.Weights, options.Device, choice: null, options.Changes);
                _sideBySide = new SideBySide(_network.Restorer, options.MaxConcurrency);
            }
        }

        if (options.MaxConcurrency > 1 && !_hasItsShare.Value)
        {
            WorkerThreads.SetOwn(Math.Max(1, torch.get_num_threads() / options.MaxConcurrency));
            _hasItsShare.Value = true;
        }

        return _sideBySide!;
    }

    private static T Guard<T>(string called, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw RestoreFailure.Of(called, exception);
        }
    }

    private static async Task Transfer(string problem, Func<Task> transfer)
    {
        try
        {
            await transfer().ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new IRConStyleException($"{problem}: {exception.Message}", "Check where the stream comes from or goes.", exception);
        }
    }
}
