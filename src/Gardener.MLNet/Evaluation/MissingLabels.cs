using Microsoft.ML.Runtime;

namespace GardenerML.Evaluation;

/// <summary>Counts the rows without a label, and refuses or reports them once all are counted.</summary>
internal sealed class MissingLabels(string columnName, bool skip)
{
    private string? _first;

    public long Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="position">Its position.</param>
    /// <param name="path">Its video, where that is known.</param>
    public void Add(long position, string? path = null)
    {
        Count++;
        _first ??= $"row {position}" + (path is null ? "" : $", {path}");
    }

    /// <summary>To be called after the last row.</summary>
    /// <exception cref="InvalidOperationException">There were some, and they may not be skipped.</exception>
    public void Report(IChannel channel)
    {
        if (Count == 0)
            return;
        var what = $"{Count} rows have no label in the column '{columnName}', or one that its keys do not know; "
            + $"the first is {_first}.";
        if (!skip)
            throw channel.Except(what + " Label them, or set SkipMissingLabels to leave them out.");
        channel.Warning(what + " They are left out.");
    }
}
