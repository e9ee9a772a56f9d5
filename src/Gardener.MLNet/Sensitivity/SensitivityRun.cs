using System.Text.Json.Serialization;

namespace GardenerML.Sensitivity;

/// <summary>What a model without some of the blocks is worth.</summary>
public sealed record SensitivityRun
{
    /// <summary>Numbers of the removed blocks, from 0, ascending; none for the whole model.</summary>
    [JsonPropertyName("removed")]
    public required IReadOnlyList<int> Removed { get; init; }

    /// <summary>Share of clips labelled right: the weighted average recall (WAR).</summary>
    [JsonPropertyName("accuracy")]
    public required double Accuracy { get; init; }

    /// <summary>Mean recall of the classes that occur: the unweighted average recall (UAR).</summary>
    [JsonPropertyName("meanClassRecall")]
    public required double MeanClassRecall { get; init; }

    /// <summary>Mean cross entropy in nats.</summary>
    [JsonPropertyName("logLoss")]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required double LogLoss { get; init; }

    /// <summary>How many clips were measured on.</summary>
    [JsonPropertyName("clips")]
    public required int Clips { get; init; }

    /// <summary>How long fine-tuning and measuring took.</summary>
    [JsonPropertyName("seconds")]
    public required double Seconds { get; init; }
}
