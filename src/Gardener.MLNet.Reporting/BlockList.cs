namespace GardenerML.Reporting;

/// <summary>Block numbers as text.</summary>
internal static class BlockList
{
    /// <summary>Numbers in their order, such as <c>0-2, 5</c>.</summary>
    public static string Text(IReadOnlyList<int> blocks)
    {
        var runs = new List<(int First, int Last)>();
        foreach (var block in blocks)
        {
            if (runs.Count > 0 && runs[^1].Last + 1 == block)
                runs[^1] = (runs[^1].First, block);
            else
                runs.Add((block, block));
        }
        return string.Join(", ", runs.Select(run => run.First == run.Last ? $"{run.First}" : $"{run.First}-{run.Last}"));
    }
}
