using System.Text;

namespace GardenerML.Samples.Reproduction;

/// <summary>Writes tables in Markdown.</summary>
internal static class MarkdownTable
{
    /// <summary>A table and the empty line after it.</summary>
    public static void Table(this StringBuilder text, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        string[] columns = [.. header];
        Row(columns);
        Row(columns.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (var row in rows)
            Row(row);
        text.Append('\n');

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|"))).Append(" |\n");
    }

    /// <summary>A paragraph and the empty line after it.</summary>
    public static void Paragraph(this StringBuilder text, FormattableString paragraph) =>
        text.Append(FormattableString.Invariant(paragraph)).Append("\n\n");
}
