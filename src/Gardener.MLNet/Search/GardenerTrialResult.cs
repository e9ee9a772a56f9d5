using System.Text.Json.Serialization;

namespace GardenerML.Search;

/// <summary>How a trial ended. Immutable, and the same after a way through JSON.</summary>
public sealed record GardenerTrialResult
{
    /// <summary>The trial.</summary>
    public required GardenerTrialSettings TrialSettings { get; init; }

    /// <summary>Completed, infeasible or failed.</summary>
    public required GardenerTrialState State { get; init; }

    /// <summary>What the model costs; null where the trial failed before that was known.</summary>
    public GardenerTrialCost? Cost { get; init; }

    /// <summary>Share of validation clips labelled right (WAR); null where there is no trained model.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Mean recall of the classes that occur (UAR); null where there is no trained model.</summary>
    public double? MeanClassRecall { get; init; }

    /// <summary>Mean cross entropy in nats; null where there is no trained model.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public double? LogLoss { get; init; }

    /// <summary>How many validation clips were scored.</summary>
    public int ClipCount { get; init; }

    /// <summary>How long the trial took in seconds, since it was last taken up.</summary>
    public double DurationInSeconds { get; init; }

    /// <summary>Most main memory that the process had in use since it was started, in megabytes (10^6 bytes).</summary>
    public double PeakMemoryInMegaByte { get; init; }

    /// <summary>Why the trial is infeasible or failed; null where it is completed.</summary>
    public string? Error { get; init; }

    /// <summary>The value of a metric; null where there is no trained model.</summary>
    /// <param name="metric">The metric.</param>
    public double? Metric(GardenerMetric metric) => metric switch
    {
        GardenerMetric.MeanClassRecall => MeanClassRecall,
        GardenerMetric.LogLoss => LogLoss,
        _ => Accuracy,
    };
}
