using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Datasets;

/// <summary>What all folder datasets share. Relative paths begin where the dataset is opened from.</summary>
public abstract class FolderOptions : IValidatableObject
{
    /// <summary>Whether folders below are searched too; default true. Hidden files and folders never are.</summary>
    public bool Recursive { get; set; } = true;

    /// <summary>
    /// Memory for decoded images in MiB (a byte for each sample, two at 16 bits); default 1024, 0 decodes a file every time it
    /// is loaded.
    /// </summary>
    [Range(0, 1_048_576)]
    public int CacheMegabytes { get; set; } = 1024;

    /// <summary>
    /// A folder for the pixels of images that do not fit <see cref="CacheMegabytes"/>: each is decoded once, and from then on
    /// only the rows of the wanted patch are read (a byte on disk for each sample, two at 16 bits); empty for none.
    /// </summary>
    public string StoreDirectory { get; set; } = "";

    /// <summary>
    /// Side in pixels of the overlapping square sub-images that larger images are seen as, each an image of its own; 0 sees
    /// images as a whole.
    /// </summary>
    [Range(0, 65_536)]
    public int SubImageSize { get; set; }

    /// <summary>Pixels from one sub-image to the next, at most their side; 0 is half the side.</summary>
    [Range(0, 65_536)]
    public int SubImageStep { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SubImageStep > SubImageSize)
            yield return new ValidationResult(
                $"accepted is 0 to {nameof(SubImageSize)} ({SubImageSize}): a larger step leaves pixels out", [nameof(SubImageStep)]);
    }
}

/// <summary>Options of <see cref="CleanFolderDataset"/>.</summary>
public sealed class CleanFolderOptions : FolderOptions
{
    /// <summary>The folder of clean images; required.</summary>
    [Required]
    public string Root { get; set; } = "";

    /// <summary>A text file that names the images to take, one path below the folder in each line; empty takes all.</summary>
    public string List { get; set; } = "";

    /// <summary>
    /// Whether each image gets a degradation of its own, always the same one: its name is mixed into the seed. Off, all
    /// images of a test set share the seed, as the published noise protocol has it.
    /// </summary>
    public bool SeedByName { get; set; }

    /// <summary>
    /// The share of samples that are seen as a scan of a grey photograph: the luma in all three channels, and a degradation
    /// that is the same in all three. The request's seed decides which. Default 0.
    /// </summary>
    [Range(0.0, 1.0)]
    public double GreyShare { get; set; }
}

/// <summary>Options of <see cref="PairedFoldersDataset"/>.</summary>
public sealed class PairedFoldersOptions : FolderOptions
{
    /// <summary>The folder of degraded images; required.</summary>
    [Required]
    public string Degraded { get; set; } = "";

    /// <summary>The folder of clean images; required. It may be the degraded images' folder where the names tell them apart.</summary>
    [Required]
    public string Clean { get; set; } = "";

    /// <summary>
    /// How degraded images are named: the path below the folder without extension, in which <c>{name}</c> stands for a part
    /// of a file or folder name and <c>{*name}</c> for one that may go through folders.
    /// </summary>
    public string DegradedName { get; set; } = NameTemplate.Everything;

    /// <summary>How clean images are named; a pair agrees in all placeholders of this name.</summary>
    public string CleanName { get; set; } = NameTemplate.Everything;

    /// <summary>What becomes of images that are named like one of a pair and have no partner.</summary>
    public UnpairedImages Unpaired { get; set; }

    /// <summary>
    /// A text file that names the pairs, one in each line: the degraded image, whose partner is found by name, or both
    /// images; paths below their folders. Empty takes all images.
    /// </summary>
    public string List { get; set; } = "";

    /// <summary>The order of a list's two columns.</summary>
    public ListOrder ListOrder { get; set; }
}

/// <summary>What becomes of images without partner.</summary>
public enum UnpairedImages
{
    /// <summary>The dataset does not open, and names them.</summary>
    Refuse,

    /// <summary>They are left out.</summary>
    LeaveOut,
}

/// <summary>The order of two columns.</summary>
public enum ListOrder
{
    /// <summary>The degraded image, then the clean one.</summary>
    DegradedFirst,

    /// <summary>The clean image, then the degraded one.</summary>
    CleanFirst,
}
