namespace GardenerML.Reporting;

/// <summary>Block numbers as text.</summary>
internal static class BlockList
{
    /// <summary>Numbers in their order, three or more that follow each other as a range: <c>0-2, 5</c>.</summary>
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
        return string.Join(", ", runs.Select(run => (run.Last - run.First) switch
        {
            0 => $"{run.First}",
            1 => $"{run.First}, {run.Last}",
            _ => $"{run.First}-{run.Last}",
        }));
    }
}
