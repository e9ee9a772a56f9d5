namespace GardenerML.Training;

/// <summary>Where a training run stands; reported after every step.</summary>
/// <param name="Epoch">The current epoch, from 1.</param>
/// <param name="EpochCount">How many there will be.</param>
/// <param name="Step">Optimiser steps done, over all epochs.</param>
/// <param name="StepCount">Optimiser steps of the whole run.</param>
/// <param name="Loss">Mean cross entropy of the step's clips, in nats.</param>
/// <param name="LearningRate">The step's learning rate.</param>
public sealed record TrainingProgress(
    int Epoch, int EpochCount, int Step, int StepCount, double Loss, double LearningRate);
