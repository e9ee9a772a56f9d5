using GardenerML.Samples.CommandLine;

namespace GardenerML.Samples.Quickstart;

/// <summary>What the quickstart measured.</summary>
internal sealed record QuickstartResult(
    string Data, QuickstartModel Unpruned, QuickstartModel Pruned, string Zip, PredictVerb.Prediction Prediction);

/// <summary>One of the two models.</summary>
/// <param name="Accuracy">Share of test clips labelled right.</param>
/// <param name="War">Weighted average recall: the same number under the paper's name.</param>
/// <param name="Uar">Unweighted average recall: the mean over the classes.</param>
/// <param name="Parameters">Trained scalars.</param>
/// <param name="Gflops">Multiply-adds of a clip, in units of 10^9.</param>
/// <param name="ClipsPerSecond">Speed of the model alone, decoding left out.</param>
/// <param name="Ratio">Share of blocks removed; null for the whole model.</param>
internal sealed record QuickstartModel(
    double Accuracy, double War, double Uar, long Parameters, double Gflops, double ClipsPerSecond, double? Ratio = null);
