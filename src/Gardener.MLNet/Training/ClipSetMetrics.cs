namespace GardenerML.Training;

/// <summary>How well a model labels a set of clips; in masked pretraining, how well it fills them in.</summary>
/// <param name="ClipCount">How many clips were scored.</param>
/// <param name="Loss">Mean cross entropy, in nats; in masked pretraining the mean squared error of the masked pixels.</param>
/// <param name="Accuracy">Share of clips labelled right: the weighted average recall (WAR). NaN in masked pretraining.</param>
/// <param name="MeanClassRecall">
/// Mean recall of the classes that occur: the unweighted average recall (UAR). NaN in masked pretraining.
/// </param>
public sealed record ClipSetMetrics(int ClipCount, double Loss, double Accuracy, double MeanClassRecall);
