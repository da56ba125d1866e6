using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>
/// Degraded and clean images in two folders. A pair is two files of the same path below their folders, extensions aside;
/// both get the same patch and the same flips and transposition. Safe to use from several threads at once.
/// </summary>
public sealed class PairedFoldersDataset : IRestorationDataset
{
    private const int NamesInMessage = 10;

    private readonly ImageFolder _degradedFolder;
    private readonly ImageFolder _cleanFolder;
    private readonly string[] _cleanNames;
    private readonly ImageCache _images;

    /// <summary>Lists and pairs the two folders; no image is read yet.</summary>
    /// <param name="options">Where the images are.</param>
    /// <param name="context">The image reader.</param>
    /// <exception cref="IRConStyleException">A folder is missing or empty, or a file has no partner or more than one.</exception>
    public PairedFoldersDataset(PairedFoldersOptions options, DatasetContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var extensions = context.Images.Extensions;
        _degradedFolder = ImageFolder.Open(options.Degraded, context.BaseDirectory, nameof(options.Degraded), options.Recursive, extensions);
        _cleanFolder = ImageFolder.Open(options.Clean, context.BaseDirectory, nameof(options.Clean), options.Recursive, extensions);
        _cleanNames = Pair(_degradedFolder, _cleanFolder);
        _images = new ImageCache(context.Images, (long)options.CacheMegabytes << 20);
    }

    /// <inheritdoc/>
    public int Count => _cleanNames.Length;

    /// <summary>The name of a pair: the degraded file's path below its folder, with extension.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    public string NameOf(int index) => _degradedFolder.Names[index];

    /// <summary>Loads a pair; the tensors are in no dispose scope.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="request">Whole images or one random patch of both.</param>
    /// <returns>3×H×W each; the caller disposes the sample.</returns>
    /// <exception cref="IRConStyleException">A file cannot be read, the sizes differ, or the images are smaller than the patch.</exception>
    public RestorationSample Load(int index, SampleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var degradedPath = _degradedFolder.PathOf(_degradedFolder.Names[index]);
        var cleanPath = _cleanFolder.PathOf(_cleanNames[index]);
        var degraded = _images.Get(degradedPath);
        var clean = _images.Get(cleanPath);
        if (degraded.Height != clean.Height || degraded.Width != clean.Width)
            throw new IRConStyleException(
                $"{degradedPath} is {degraded.Width}×{degraded.Height} pixels, its clean image {cleanPath} {clean.Width}×{clean.Height}.",
                "Both images of a pair must have the same size.");

        var view = View.Draw(clean.Height, clean.Width, request, cleanPath);
        return new RestorationSample(view.Of(degraded), view.Of(clean), _degradedFolder.Names[index]);
    }

    private static string[] Pair(ImageFolder degraded, ImageFolder clean)
    {
        var degradedKeys = Keys(degraded);
        var cleanKeys = Keys(clean);
        RequirePartners(degraded, degradedKeys, clean, cleanKeys);
        RequirePartners(clean, cleanKeys, degraded, degradedKeys);
        return [.. degraded.Names.Select(name => cleanKeys[KeyOf(name)])];
    }

    private static Dictionary<string, string> Keys(ImageFolder folder)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in folder.Names)
            if (!keys.TryAdd(KeyOf(name), name))
                throw new IRConStyleException(
                    $"{folder.Root} holds {keys[KeyOf(name)]} and {name}, which differ only in their extension.",
                    "Pairs are found by name without extension: keep one of the two.");
        return keys;
    }

    private static void RequirePartners(
        ImageFolder folder, Dictionary<string, string> keys, ImageFolder other, Dictionary<string, string> otherKeys)
    {
        string[] alone = [.. folder.Names.Where(name => !otherKeys.ContainsKey(KeyOf(name)))];
        if (alone.Length == 0)
            return;
        var more = alone.Length > NamesInMessage ? $" and {alone.Length - NamesInMessage} more" : "";
        throw new IRConStyleException(
            $"{alone.Length} of {keys.Count} images in {folder.Root} have no partner in {other.Root}: "
            + $"{string.Join(", ", alone.Take(NamesInMessage))}{more}.",
            "Each image needs one of the same path and name, extension aside, in the other folder.");
    }

    private static string KeyOf(string name) => name[..^Path.GetExtension(name).Length];
}
