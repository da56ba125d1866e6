using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// Degraded and clean images in two folders, or in one. Pairs are found by name: without templates, two files of the same
/// path below their folders, extensions aside. Both images get the same patch and the same flips and transposition. Safe
/// to use from several threads at once.
/// </summary>
public sealed class PairedFoldersDataset : IRestorationDataset
{
    private readonly ImageFolder _degradedFolder;
    private readonly IReadOnlyList<ImagePair> _pairs;
    private readonly string[] _cleanPaths;
    private readonly SubImage[] _subImages;
    private readonly ImageCache _images;

    /// <summary>Lists and pairs the two folders; no image is decoded yet.</summary>
    /// <param name="options">Where the images are, and how they are named.</param>
    /// <param name="context">The image reader.</param>
    /// <exception cref="IRConStyleException">
    /// A folder is missing or empty, a template or list is wrong, or a file has no partner or more than it may.
    /// </exception>
    public PairedFoldersDataset(PairedFoldersOptions options, DatasetContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var rule = new PairRule(options);
        var findings = new Findings(context.IsInspection);
        _degradedFolder = ImageFolder.Open(options.Degraded, nameof(options.Degraded), options.Recursive, context, findings);
        var clean = ImageFolder.Open(options.Clean, nameof(options.Clean), options.Recursive, context, findings);
        _pairs = string.IsNullOrWhiteSpace(options.List)
            ? NamePairing.Find(_degradedFolder, clean, rule, options.Unpaired, findings)
            : ListPairing.Pair(
                _degradedFolder, clean,
                NameList.Read(options.List, context.BaseDirectory, _degradedFolder.Names.ToHashSet(StringComparer.Ordinal).Contains, columns: 2),
                options.ListOrder, rule, findings);
        Findings = findings.All;
        _cleanPaths = [.. _pairs.Select(pair => clean.PathOf(pair.Clean))];
        _subImages = SubImages.Of(_cleanPaths, options, context);
        _images = ImageCache.Open(options, context);
    }

    /// <inheritdoc/>
    public int Count => _subImages.Length;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetFinding> Findings { get; }

    /// <summary>
    /// The name of a pair: the degraded file's path below its folder, with extension; of a sub-image, with its place:
    /// <c>a.png#240,0</c>.
    /// </summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public string NameOf(int index) => _pairs[_subImages[index].Image].Degraded + _subImages[index].Suffix;

    /// <summary>The clean file's path below its folder.</summary>
    internal string CleanNameOf(int index) => _pairs[_subImages[index].Image].Clean;

    /// <summary>Loads a pair; images smaller than the patch are extended by reflection. The tensors are in no dispose scope.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="request">Whole images or one random patch of both.</param>
    /// <returns>3×H×W each; the caller disposes the sample.</returns>
    /// <exception cref="IRConStyleException">A file cannot be read, or the sizes differ.</exception>
    public RestorationSample Load(int index, SampleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var subImage = _subImages[index];
        var degradedPath = _degradedFolder.PathOf(_pairs[subImage.Image].Degraded);
        var cleanPath = _cleanPaths[subImage.Image];
        using var degraded = _images.Get(degradedPath);
        using var clean = _images.Get(cleanPath);
        if (degraded.Height != clean.Height || degraded.Width != clean.Width)
            throw new IRConStyleException(
                $"{degradedPath} is {degraded.Width}×{degraded.Height} pixels, its clean image {cleanPath} {clean.Width}×{clean.Height}.",
                "Both images of a pair must have the same size.");

        var view = subImage.Draw(clean, request, cleanPath);
        var degradedPart = degraded.Show(view);
        try
        {
            return new RestorationSample(degradedPart, clean.Show(view), NameOf(index));
        }
        catch
        {
            degradedPart.Dispose();
            throw;
        }
    }
}
