using System.Text;

namespace IRConStyle.Evaluation.Reports;

/// <summary>Writes tables into Markdown pages.</summary>
internal static class MarkdownTable
{
    /// <summary>Appends a table; lines end in <c>\n</c>.</summary>
    /// <param name="page">The page.</param>
    /// <param name="headings">Each column's heading, and whether numbers stand below it.</param>
    /// <param name="rows">A cell for each heading.</param>
    public static void Append(StringBuilder page, IReadOnlyList<(string Text, bool IsNumber)> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        AppendRow(page, headings.Select(heading => heading.Text));
        AppendRow(page, headings.Select(heading => heading.IsNumber ? "---:" : "---"));
        foreach (var row in rows)
            AppendRow(page, row);
    }

    /// <summary>A text in which no bar ends a cell.</summary>
    public static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells)
        => page.Append("| ").AppendJoin(" | ", cells.Select(Escape)).Append(" |\n");
}
