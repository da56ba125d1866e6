using Spectre.Console;

namespace IRConStyle.Cli.Terminal;

/// <summary>Fills tables with text as it is: brackets in file names are no markup.</summary>
internal static class TableExtensions
{
    /// <summary>Adds a row of plain text.</summary>
    public static void AddTextRow(this Table table, params IEnumerable<string> cells)
        => table.AddRow(cells.Select(cell => new Text(Screen.Visible(cell))));

    /// <summary>Adds a row of text that stands out.</summary>
    public static void AddStrongRow(this Table table, params IEnumerable<string> cells)
        => table.AddRow(cells.Select(cell => new Text(Screen.Visible(cell), new Style(decoration: Decoration.Bold))));
}
