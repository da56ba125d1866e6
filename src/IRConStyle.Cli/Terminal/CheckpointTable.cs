using IRConStyle.Framework.Checkpoints;

namespace IRConStyle.Cli.Terminal;

/// <summary>Lists what a checkpoint holds.</summary>
internal static class CheckpointTable
{
    /// <summary>A value longer than this is cut: configurations and notes would fill the screen.</summary>
    private const int ShownMetadata = 100;

    /// <summary>Shows sections, metadata and tensors; no tensor is read.</summary>
    /// <param name="screen">The terminal.</param>
    /// <param name="reader">The checkpoint.</param>
    public static void Show(Screen screen, CheckpointReader reader)
    {
        screen.WriteLine($"{reader.FilePath}: {reader.Format}, {Figures.Count(reader.Entries.Count, "tensor")}");
        if (reader is PyTorchReader { Sections.Count: > 0 } file)
            screen.WriteLine($"sections: {string.Join(", ", file.Sections)}{(file.Section.Length > 0 ? $"; shown is {file.Section}" : "")}");
        foreach (var (key, value) in reader.Metadata)
            screen.WriteLine($"{key}: {(value.Length > ShownMetadata ? value[..ShownMetadata] + "…" : value)}");

        var table = screen.CreateTable(("tensor", false), ("type", false), ("shape", false), ("values", true));
        foreach (var entry in reader.Entries.Values)
            table.AddTextRow(entry.Name, entry.Type.ToString(), $"[{string.Join("×", entry.Shape)}]", Figures.Exact(entry.Elements));
        table.AddStrongRow("total", "", "", Figures.ExactAndShort(reader.Entries.Values.Sum(entry => entry.Elements)));
        screen.Output.Write(table);
    }
}
