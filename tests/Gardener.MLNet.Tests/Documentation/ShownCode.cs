using System.Text;

namespace GardenerML.Tests.Documentation;

/// <summary>Code that a page of docs/ shows and a test compiles: it stands in the test between marks.</summary>
internal static class ShownCode
{
    /// <summary>Checks that a page shows the very code of a test class, in its order.</summary>
    /// <param name="page">The file under docs/.</param>
    /// <param name="testClass">The class, in this folder.</param>
    public static void Check(string page, string testClass)
    {
        var shown = File.ReadAllText(Path.Combine(Repository.Root(), "docs", page)).ReplaceLineEndings("\n")
            .Split("```csharp\n").Skip(1).Select(part => part.Split("```")[0]).ToArray();
        var source = File.ReadAllLines(Path.Combine(
            Repository.Root(), "tests", "Gardener.MLNet.Tests", "Documentation", $"{testClass}.cs"));
        CollectionAssert.AreEqual(Snippets(source).ToArray(), shown);
    }

    private static IEnumerable<string> Snippets(IEnumerable<string> source)
    {
        StringBuilder? snippet = null;
        foreach (var line in source)
        {
            if (line.Trim() == "// <shown>")
            {
                snippet = new StringBuilder();
            }
            else if (line.Trim() == "// </shown>")
            {
                yield return snippet!.ToString();
                snippet = null;
            }
            else
            {
                snippet?.Append(line.Length > 8 ? line[8..] : "").Append('\n');
            }
        }
    }
}
