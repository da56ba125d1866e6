using TorchSharp;

namespace IRConStyle.Abstractions;

/// <summary>Pairs of degraded and clean images by index. Safe to use from several threads at once.</summary>
public interface IRestorationDataset
{
    /// <summary>How many pairs there are; at least 1.</summary>
    int Count { get; }

    /// <summary>The name of a pair, unique within the dataset: its path below the root, with extension.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    string NameOf(int index);

    /// <summary>Loads a pair.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> − 1.</param>
    /// <param name="request">Whole images, or a random patch.</param>
    /// <returns>The pair; the caller disposes it.</returns>
    /// <exception cref="IRConStyleException">A file cannot be read, or the two sizes differ.</exception>
    RestorationSample Load(int index, SampleRequest request);

    /// <summary>Files that were found and are in no pair, in order; known when the dataset is open.</summary>
    IReadOnlyList<DatasetFinding> Findings => [];
}

/// <summary>A file that is in no pair of a dataset.</summary>
/// <param name="File">Its full path.</param>
/// <param name="Problem">Why, as the end of a sentence that begins with the file: <c>has no clean partner</c>.</param>
/// <param name="IsError">
/// Whether the dataset is incomplete by it and opens for inspection alone; otherwise the file is passed over on purpose.
/// </param>
public sealed record DatasetFinding(string File, string Problem, bool IsError);

/// <summary>How a pair is to be loaded.</summary>
/// <param name="Seed">Decides the degradation, the patch and the augmentation.</param>
/// <param name="PatchSize">Side of a square random patch in pixels; null for the whole image. Smaller images are extended by reflection.</param>
/// <param name="Augment">Whether to flip and rotate at random.</param>
public sealed record SampleRequest(ulong Seed, int? PatchSize = null, bool Augment = false)
{
    /// <summary>The whole image as a test set shows it.</summary>
    public static SampleRequest Whole { get; } = new(0);
}

/// <summary>A degraded image and its clean original.</summary>
/// <param name="Degraded">C×H×W float32, nominally in [0,1].</param>
/// <param name="Clean">C×H×W float32, in [0,1].</param>
/// <param name="Name">The pair's name.</param>
public sealed record RestorationSample(torch.Tensor Degraded, torch.Tensor Clean, string Name) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Degraded.Dispose();
        Clean.Dispose();
    }
}

/// <summary>Reads image files for datasets. Safe to use from several threads at once.</summary>
public interface IImageReader
{
    /// <summary>File extensions that can be read, lower case with the dot.</summary>
    IReadOnlySet<string> Extensions { get; }

    /// <summary>Decodes an image; <see cref="DecodedImage.ToRgbTensor"/> makes a tensor of it, or of a part.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file's own samples, upright, alpha left out; the caller's to keep, nothing to dispose.</returns>
    /// <exception cref="IRConStyleException">The file is missing, unreadable or no image.</exception>
    DecodedImage Read(string path);

    /// <summary>The size <see cref="Read"/> would give; readers that can tell it from a file's header decode nothing.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Columns and rows of the upright image.</returns>
    /// <exception cref="IRConStyleException">The file is missing, unreadable or no image.</exception>
    (int Width, int Height) ReadSize(string path)
    {
        var image = Read(path);
        return (image.Width, image.Height);
    }

    /// <summary>
    /// Lists the images of a folder as the whole program does: each folder is entered once whatever links lead to it, hidden files,
    /// pipes and what file managers leave behind are passed over, and an unreadable folder below does not hide the others.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="recursive">Whether folders below are searched too.</param>
    /// <returns>The images; none is no error.</returns>
    /// <exception cref="IRConStyleException">The folder itself cannot be listed.</exception>
    ImageListing List(string folder, bool recursive);
}

/// <summary>The images of a folder.</summary>
/// <param name="Names">Paths below the folder with extension and '/' between folders, in ordinal order.</param>
/// <param name="Findings">What is to be told: unreadable folders, whose images are missing, as errors; else what is passed over.</param>
/// <param name="HasImagesBelow">Whether folders below, which were not to be searched, hold images.</param>
public sealed record ImageListing(IReadOnlyList<string> Names, IReadOnlyList<DatasetFinding> Findings, bool HasImagesBelow = false);

/// <summary>Sends images through lossy file formats. Safe to use from several threads at once.</summary>
public interface IImageCompressor
{
    /// <summary>Encodes an image as baseline JPEG and decodes it again.</summary>
    /// <param name="rgb">Height × width × 3 samples, 0 to 255, row by row; replaced by what the file would show.</param>
    /// <param name="width">Pixels per row, 1 to 65,500.</param>
    /// <param name="height">Rows, 1 to 65,500.</param>
    /// <param name="quality">1 to 100, libjpeg's scale.</param>
    /// <param name="halveColour">Whether colour is stored at half the resolution (4:2:0), as cameras and the web do; otherwise 4:4:4.</param>
    void ThroughJpeg(byte[] rgb, int width, int height, int quality, bool halveColour);
}
