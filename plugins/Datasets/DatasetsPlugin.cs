using IRConStyle.Abstractions;

namespace IRConStyle.Plugins.Datasets;

/// <summary>Registers the datasets.</summary>
public sealed class DatasetsPlugin : IRestorationPlugin
{
    /// <inheritdoc/>
    public PluginInfo Info { get; } = new("Datasets", "0.1.0", Contract.Version, "Image folders for training and evaluation.");

    /// <inheritdoc/>
    public void Register(IPluginBuilder plugin) => plugin
        .AddDataset<CleanFolderOptions>(
            new ComponentInfo("clean-folder", "Clean images that the pipeline's degradation degrades as they are loaded."),
            (options, context) => new CleanFolderDataset(options, context))
        .AddDataset<PairedFoldersOptions>(
            new ComponentInfo("paired-folders", "Degraded and clean images in two folders, paired by their names or by a list."),
            (options, context) => new PairedFoldersDataset(options, context));
}
