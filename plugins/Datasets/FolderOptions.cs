using System.ComponentModel.DataAnnotations;

namespace IRConStyle.Plugins.Datasets;

/// <summary>What all folder datasets share.</summary>
public abstract class FolderOptions
{
    /// <summary>Whether folders below are searched too; default true. Hidden files and folders never are.</summary>
    public bool Recursive { get; set; } = true;

    /// <summary>
    /// Memory for decoded images in MiB (8-bit, 3 bytes a pixel); default 1024, 0 decodes a file every time it is loaded.
    /// </summary>
    [Range(0, 1_048_576)]
    public int CacheMegabytes { get; set; } = 1024;
}

/// <summary>Options of <see cref="CleanFolderDataset"/>.</summary>
public sealed class CleanFolderOptions : FolderOptions
{
    /// <summary>The folder of clean images; required.</summary>
    [Required]
    public string Root { get; set; } = "";
}

/// <summary>Options of <see cref="PairedFoldersDataset"/>.</summary>
public sealed class PairedFoldersOptions : FolderOptions
{
    /// <summary>The folder of degraded images; required.</summary>
    [Required]
    public string Degraded { get; set; } = "";

    /// <summary>The folder of clean images; required.</summary>
    [Required]
    public string Clean { get; set; } = "";
}
