using IRConStyle.Framework.Checkpoints;
using IRConStyle.Framework.Inference;

namespace IRConStyle.Cli.Terminal;

/// <summary>Lists what a checkpoint holds.</summary>
internal static class CheckpointTable
{
    /// <summary>A value longer than this is cut: configurations and notes would fill the screen.</summary>
    private const int ShownMetadata = 100;

    /// <summary>Training frameworks note every argument.</summary>
    private const int ShownTexts = 40;

    /// <summary>An optimizer has a section for each parameter.</summary>
    private const int ShownSections = 20;

    /// <summary>Shows sections, metadata and tensors; no tensor is read.</summary>
    /// <param name="screen">The terminal.</param>
    /// <param name="reader">The checkpoint.</param>
    /// <param name="identity">Which networks it is of; null when that is not known.</param>
    public static void Show(Screen screen, CheckpointPart reader, CheckpointIdentity? identity)
    {
        screen.WriteLine($"{reader.FilePath}: {reader.Format}, {Figures.Count(reader.Entries.Count, "tensor")}");
        if (reader.Whole.Sections.Where(section => section.Path.Length > 0).Select(section => section.Path).ToArray() is { Length: > 0 } sections)
            screen.WriteLine($"sections: {string.Join(", ", sections.Take(ShownSections))}{(sections.Length > ShownSections ? ", …" : "")}{(reader.Section.Length > 0 ? $"; shown is {reader.Section}" : "")}");
        if (reader.Prefix.Length > 0)
            screen.WriteLine($"prefix: {reader.Prefix}");
        if (identity is not null)
            Show(screen, identity);
        if (reader.Whole is PyTorchReader { PassedOver: { Count: > 0 } objects })
            screen.WriteLine($"objects of Python, which are not read: {string.Join(", ", objects)}");
        foreach (var (name, needs) in reader.Whole.Refused)
            screen.WriteLine($"not read: {name}, which needs {needs}");
        foreach (var (key, value) in reader.Metadata.Take(ShownTexts))
            screen.WriteLine($"{key}: {(value.Length > ShownMetadata ? value[..ShownMetadata] + "…" : value)}");

        if (reader.Metadata.Count > ShownTexts)
            screen.WriteLine($"… and {reader.Metadata.Count - ShownTexts} more texts and numbers");
        var table = screen.CreateTable(("tensor", false), ("type", false), ("shape", false), ("values", true));
        foreach (var entry in reader.Entries.Values)
            table.AddTextRow(entry.Name, entry.Type.ToString(), $"[{string.Join("×", entry.Shape)}]", Figures.Exact(entry.Elements));
        table.AddStrongRow("total", "", "", Figures.ExactAndShort(reader.Entries.Values.Sum(entry => entry.Elements)));
        screen.Output.Write(table);
    }

    private static void Show(Screen screen, CheckpointIdentity identity)
    {
        screen.WriteLine($"network: {identity.Summary}, {(identity.IsDescribed ? "as the metadata says" : "by names and shapes")}");
        foreach (var (part, text) in identity.Components)
            screen.WriteLine($"  {part} {text}");
        if (identity.Assumptions.Count > 0)
            screen.WriteLine($"  assumed, as names and shapes do not tell: {string.Join(", ", identity.Assumptions)}");
        if (identity.Detected?.LacksEncoder == true)
            screen.WriteLine("  the style encoder that it needs is not in the file");
        if (identity.Configured.Count > 0)
            screen.WriteLine($"  pipelines of this network: {string.Join(", ", identity.Configured)}");
    }
}
