using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// A folder of clean images, degraded as they are loaded: crop, flips and transposition come first, then the degradation
/// with the request's seed, as in the IRConStyle code. Safe to use from several threads at once.
/// </summary>
public sealed class CleanFolderDataset : IRestorationDataset
{
    private readonly IReadOnlyList<string> _names;
    private readonly string[] _paths;
    private readonly SubImage[] _subImages;
    private readonly ImageCache _images;
    private readonly IDegradation _degradation;
    private readonly bool _seedByName;
    private readonly double _greyShare;

    /// <summary>Lists the folder; no image is decoded yet.</summary>
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
        var findings = new Findings(context.IsInspection);
        var folder = ImageFolder.Open(options.Root, nameof(options.Root), options.Recursive, context, findings);
        _names = string.IsNullOrWhiteSpace(options.List)
            ? folder.Names
            : ListPairing.Take(folder, NameList.Read(options.List, context.BaseDirectory, folder.Names.ToHashSet(StringComparer.Ordinal).Contains, columns: 1), findings);
        Findings = findings.All;
        _paths = [.. _names.Select(folder.PathOf)];
        _subImages = SubImages.Of(_paths, options, context);
        _images = ImageCache.Open(options, context);
        _seedByName = options.SeedByName;
        _greyShare = options.GreyShare;
    }

    /// <inheritdoc/>
    public int Count => _subImages.Length;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetFinding> Findings { get; }

    /// <summary>The name of an image: its path below the folder, with extension; of a sub-image, with its place: <c>a.png#240,0</c>.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public string NameOf(int index) => _names[_subImages[index].Image] + _subImages[index].Suffix;

    /// <summary>Loads an image and degrades it; one smaller than the patch is extended by reflection. The tensors are in no dispose scope.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="request">Whole image or random patch.</param>
    /// <returns>3×H×W each; the caller disposes the sample.</returns>
    /// <exception cref="IRConStyleException">The file cannot be read.</exception>
    public RestorationSample Load(int index, SampleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var subImage = _subImages[index];
        var path = _paths[subImage.Image];
        using var image = _images.Get(path);
        var clean = image.Show(subImage.Draw(image, request, path));
        try
        {
            var name = NameOf(index);
            var seed = _seedByName ? NameHash.Mix(name, request.Seed) : request.Seed;
            if (!GreySample.IsDrawn(_greyShare, request.Seed))
                return new RestorationSample(_degradation.Apply(clean, seed).DetachFromDisposeScope(), clean, name);
            using (clean)
                return GreySample.Of(clean, _degradation, seed, name);
        }
        catch
        {
            clean.Dispose();
            throw;
        }
    }
}
