using System.Text.Json.Serialization;

namespace GardenerML.Search;

/// <summary>Where a trial stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GardenerTrialState>))]
public enum GardenerTrialState
{
    /// <summary>It was started and stopped before its end; whoever takes it goes on from where it was.</summary>
    Interrupted,

    /// <summary>A process is at it.</summary>
    Running,

    /// <summary>The model is trained and measured.</summary>
    Completed,

    /// <summary>Its model exceeds a maximum, so it was not trained.</summary>
    Infeasible,

    /// <summary>It ended with an error.</summary>
    Failed,
}
