using System.Diagnostics;

namespace GardenerML.Benchmarks;

/// <summary>
/// Times actions in turn, several rounds: on a machine that others use too, ratios of neighbouring times mean more than times.
/// </summary>
internal static class InTurn
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The shortest time of each action, in seconds, after one round that does not count. Short actions get more rounds than asked
    /// for, two seconds in all.
    /// </summary>
    /// <param name="rounds">How many rounds at least.</param>
    /// <param name="processorTime">
    /// Whether time is what the process computed, on all of its threads, which others on the machine hardly lengthen.
    /// </param>
    /// <param name="actions">What is timed.</param>
    public static double[] Shortest(int rounds, bool processorTime, IReadOnlyList<Action> actions)
    {
        var shortest = new double[actions.Count];
        Array.Fill(shortest, double.PositiveInfinity);
        var clock = new PartClock(processorTime);
        var all = Stopwatch.StartNew();
        for (var round = 0; round <= rounds || all.Elapsed < Least; round++)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                // Threads of the action before may still spin, waiting for work, and those of this one sleep.
                if (!processorTime)
                    actions[i]();
                clock.Restart();
                actions[i]();
                var time = clock.Part();
                if (round > 0)
                    shortest[i] = Math.Min(shortest[i], time);
            }
        }
        return shortest;
    }
}
