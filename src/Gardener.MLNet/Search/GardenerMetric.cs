using System.Text.Json.Serialization;

namespace GardenerML.Search;

/// <summary>What trials are compared by, on the validation clips.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GardenerMetric>))]
public enum GardenerMetric
{
    /// <summary>Share of clips labelled right: the weighted average recall (WAR).</summary>
    Accuracy,

    /// <summary>Mean recall of the classes that occur: the unweighted average recall (UAR).</summary>
    MeanClassRecall,

    /// <summary>Mean cross entropy in nats; the lowest is the best.</summary>
    LogLoss,
}
