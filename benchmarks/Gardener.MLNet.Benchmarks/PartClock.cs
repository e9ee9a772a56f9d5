using System.Diagnostics;

namespace GardenerML.Benchmarks;

/// <summary>Times parts of work that follow each other.</summary>
/// <param name="processorTime">As in <see cref="InTurn.Shortest"/>.</param>
internal sealed class PartClock(bool processorTime)
{
    private TimeSpan _last;

    /// <summary>Begins a part.</summary>
    public void Restart() => _last = Now;

    /// <summary>Ends a part and begins the next.</summary>
    /// <returns>The part's time in seconds.</returns>
    public double Part()
    {
        var (before, now) = (_last, Now);
        _last = now;
        return (now - before).TotalSeconds;
    }

    private TimeSpan Now => processorTime ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0);
}
