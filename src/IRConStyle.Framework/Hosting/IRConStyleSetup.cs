namespace IRConStyle.Framework.Hosting;

/// <summary>What a program decides about the framework beside its configuration.</summary>
public sealed class IRConStyleSetup
{
    /// <summary>
    /// Plugin directories beside the configured ones and after them, for example from the command line; each must exist.
    /// Relative ones are below the program's directory.
    /// </summary>
    public IList<string> PluginDirectories { get; } = [];

    /// <summary>Whether plugins are looked for in directories at all; false leaves those added by code.</summary>
    public bool LoadPluginDirectories { get; set; } = true;
}
