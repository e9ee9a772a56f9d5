using System.Text;

namespace GardenerML.Tests.Documentation;

/// <summary>A page of docs whose code stands in a test between marks, so that it is compiled and run.</summary>
internal static class Guide
{
    /// <summary>Checks that the page shows the test's code, block by block.</summary>
    /// <param name="page">The page, in docs.</param>
    /// <param name="test">The test's file, in this folder.</param>
    public static void CheckCode(string page, string test)
    {
        var shown = File.ReadAllText(Path.Combine(Repository.Root(), "docs", page))
            .Split("```csharp\n").Skip(1).Select(part => part.Split("```")[0]).ToArray();
        var source = File.ReadAllLines(Path.Combine(Repository.Root(), "tests", "Gardener.MLNet.Tests", "Documentation", test));
        Assert.IsNotEmpty(shown);
        CollectionAssert.AreEqual(Snippets(source).ToArray(), shown);
    }

    private static IEnumerable<string> Snippets(IEnumerable<string> source)
    {
        StringBuilder? snippet = null;
        var indent = 0;
        foreach (var line in source)
        {
            if (line.Trim() == "// <shown>")
            {
                (snippet, indent) = (new StringBuilder(), line.IndexOf('/', StringComparison.Ordinal));
            }
            else if (line.Trim() == "// </shown>")
            {
                yield return snippet!.ToString();
                snippet = null;
            }
            else
            {
                snippet?.Append(line.Length > indent ? line[indent..] : "").Append('\n');
            }
        }
    }
}
