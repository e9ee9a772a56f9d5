namespace GardenerML.Sensitivity;

/// <summary>What the removal of one block costs.</summary>
/// <param name="Index">The block's number, from 0.</param>
/// <param name="Accuracy">Accuracy without the block, from 0 to 1.</param>
/// <param name="AccuracyLoss">
/// Accuracy of the whole model less that; negative where the model is better without the block.
/// </param>
public sealed record BlockSensitivity(int Index, double Accuracy, double AccuracyLoss);
