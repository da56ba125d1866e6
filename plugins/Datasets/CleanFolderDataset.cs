using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// A folder of clean images, degraded as they are loaded: crop, flips and transposition come first, then the degradation
/// with the request's seed, as in the IRConStyle code. Safe to use from several threads at once.
/// </summary>
public sealed class CleanFolderDataset : IRestorationDataset
{
    private readonly ImageFolder _folder;
    private readonly ImageCache _images;
    private readonly IDegradation _degradation;

    /// <summary>Lists the folder; no image is read yet.</summary>
    /// <param name="options">Where the images are.</param>
    /// <param name="context">Image reader and degradation.</param>
    /// <exception cref="IRConStyleException">No degradation is configured, or the folder is missing or holds no image.</exception>
    public CleanFolderDataset(CleanFolderOptions options, DatasetContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        _degradation = context.Degradation ?? throw new IRConStyleException(
            "The dataset clean-folder holds clean images only, and no degradation is configured for it.",
            "Configure a degradation such as gaussian-noise, or use paired-folders.");
        _folder = ImageFolder.Open(options.Root, context.BaseDirectory, nameof(options.Root), options.Recursive, context.Images.Extensions);
        _images = new ImageCache(context.Images, (long)options.CacheMegabytes << 20);
    }

    /// <inheritdoc/>
    public int Count => _folder.Names.Count;

    /// <inheritdoc/>
    public string NameOf(int index) => _folder.Names[index];

    /// <summary>Loads an image and degrades it; the tensors are in no dispose scope.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="request">Whole image or random patch.</param>
    /// <returns>3×H×W each; the caller disposes the sample.</returns>
    /// <exception cref="IRConStyleException">The file cannot be read or is smaller than the patch.</exception>
    public RestorationSample Load(int index, SampleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = _folder.PathOf(_folder.Names[index]);
        var image = _images.Get(path);
        var clean = View.Draw(image.Height, image.Width, request, path).Of(image);
        try
        {
            var degraded = _degradation.Apply(clean, request.Seed).DetachFromDisposeScope();
            return new RestorationSample(degraded, clean, _folder.Names[index]);
        }
        catch
        {
            clean.Dispose();
            throw;
        }
    }
}
