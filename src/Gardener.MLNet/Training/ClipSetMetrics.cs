namespace GardenerML.Training;

/// <summary>How well a model labels a set of clips.</summary>
/// <param name="ClipCount">How many clips were scored.</param>
/// <param name="Loss">Mean cross entropy, in nats.</param>
/// <param name="Accuracy">Share of clips labelled right: the weighted average recall (WAR).</param>
/// <param name="MeanClassRecall">Mean recall of the classes that occur: the unweighted average recall (UAR).</param>
public sealed record ClipSetMetrics(int ClipCount, double Loss, double Accuracy, double MeanClassRecall);
