using System.Diagnostics;

namespace GardenerML.Benchmarks;

/// <summary>
/// Times actions in turn, several rounds: on a machine that others use too, ratios of neighbouring times mean more than times.
/// </summary>
internal static class InTurn
{
    /// <summary>The shortest time of each action, in seconds, after one round that does not count.</summary>
    public static double[] Shortest(int rounds, IReadOnlyList<Action> actions)
    {
        var shortest = new double[actions.Count];
        Array.Fill(shortest, double.PositiveInfinity);
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                actions[i]();
                if (round > 0)
                    shortest[i] = Math.Min(shortest[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        return shortest;
    }
}
