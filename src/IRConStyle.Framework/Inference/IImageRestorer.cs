using IRConStyle.Framework.Imaging;

namespace IRConStyle.Framework.Inference;

/// <summary>
/// A pipeline that is ready to restore, for programs: one network, opened once and shared by all callers. Added by
/// <c>AddIRConStyle(…).AddRestorer("denoise")</c> and resolved as a service of that key, or by <see cref="IImageRestorers"/>.
/// Safe to use from several threads at once.
/// </summary>
/// <remarks>
/// Images are decoded, restored and encoded on threads of the restorer's own, as many as
/// <see cref="RestorerOptions.MaxConcurrency"/>, so that nothing holds a thread of the pool. Callers beyond that wait in their order. Nothing is written to disk. The service
/// provider disposes of it: what waits then fails, what is being restored stops before its next tile and fails, and the network goes
/// when all have come to their ends.
/// </remarks>
public interface IImageRestorer
{
    /// <summary>The pipeline, which is the key it was added with.</summary>
    string Name { get; }

    /// <summary>Opens the network and lets it restore one small image, so that the first caller waits no longer than others.</summary>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <exception cref="Abstractions.IRConStyleException">The pipeline, its weights or the device is wrong.</exception>
    Task WarmUpAsync(CancellationToken cancellation = default);

    /// <summary>Restores an image in memory.</summary>
    /// <param name="image">The degraded image; stays as it is, and must until the task has ended.</param>
    /// <param name="progress">Told of the share that is done, above 0 to 1, from threads of the restorer; 1 comes last and once.</param>
    /// <param name="cancellation">Leaves the queue, or stops before the next tile; the task ends when that has happened.</param>
    /// <returns>The image in the degraded one's likeness, and what is to be known of how it was restored.</returns>
    /// <exception cref="RestorerBusyException">As many callers wait as may.</exception>
    /// <exception cref="Abstractions.IRConStyleException">The network does not take such images, cannot be opened, or memory ran out.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The restorer was disposed of before.</exception>
    Task<RestoredImage> RestoreAsync(RasterImage image, IProgress<double>? progress = null, CancellationToken cancellation = default);

    /// <summary>Reads an image from one stream and writes the restored one to another. Both stay open and are used asynchronously.</summary>
    /// <param name="input">An image file's content from where it stands to its end, smaller than 2 GB; need not be seekable.</param>
    /// <param name="output">Gets the whole restored image or, when something goes wrong before, nothing; need not be seekable.</param>
    /// <param name="options">The format to write and what the input is called; null for the input's format.</param>
    /// <param name="progress">As for an image in memory.</param>
    /// <param name="cancellation">As for an image in memory; reading and writing stop as well.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="RestorerBusyException">As many callers wait as may; nothing of the input has been read.</exception>
    /// <exception cref="Abstractions.IRConStyleException">The input is no image that can be read, the format cannot be written, and as above.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The restorer was disposed of before.</exception>
    Task<RestoredStream> RestoreAsync(
        Stream input,
        Stream output,
        StreamRestoration? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default);
}

/// <summary>The restorers of a host, for programs that choose among several.</summary>
public interface IImageRestorers
{
    /// <summary>Their names, sorted.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>One of them, the same for everybody.</summary>
    /// <param name="name">Its name; case is ignored.</param>
    /// <exception cref="Abstractions.IRConStyleException">There is none of this name; the message lists what exists.</exception>
    IImageRestorer Get(string name);
}

/// <summary>How a stream is restored into another.</summary>
public sealed record StreamRestoration
{
    /// <summary>
    /// The format to write: a name or extension such as <c>png</c>; null for the input's own, or PNG where that one can only be read.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>What messages call the input; null for a file stream's path, or "The stream".</summary>
    public string? Name { get; init; }

    /// <summary>Settings of the format; null for the configured ones.</summary>
    public ImageWriteOptions? Write { get; init; }
}

/// <summary>An image that was restored from one stream into another.</summary>
/// <param name="Format">The format written, for example <c>PNG</c>.</param>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Notes">
/// What is to be known of how it was read and restored, and what the format could not hold, each the end of a sentence that begins
/// with the image.
/// </param>
public sealed record RestoredStream(string Format, int Width, int Height, IReadOnlyList<string> Notes);
