namespace GardenerML.Search;

/// <summary>What the model of a trial costs; all but the file's exact size is known before it is trained.</summary>
/// <param name="Parameters">Number of parameters, head included.</param>
/// <param name="GigaFlops">Multiply-adds of a clip in units of 10^9.</param>
/// <param name="LatencyInMilliseconds">
/// Median time to score a clip alone on the training device of the machine that ran the trial, decoding left out.
/// </param>
/// <param name="ModelBytes">Size of the model zip; of a model that was not trained, counted from above.</param>
public sealed record GardenerTrialCost(long Parameters, double GigaFlops, double LatencyInMilliseconds, long ModelBytes);
