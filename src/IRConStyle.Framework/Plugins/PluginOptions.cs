namespace IRConStyle.Framework.Plugins;

/// <summary>Where plugins are; a key of the section <c>IRConStyle</c> itself.</summary>
public sealed class PluginOptions
{
    /// <summary>
    /// Directories whose sub-folders are plugins, or which are one plugin's build output; relative ones are below the program's directory. A directory named here
    /// must exist; the default one need not.
    /// </summary>
    public string[] PluginDirectories { get; set; } = ["plugins"];
}
