namespace GardenerML.Training;

/// <summary>Where a run stands between two steps: all that is needed to go on, weights and optimiser apart.</summary>
internal sealed class TrainingPosition
{
    /// <summary>The current epoch, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Steps done in it.</summary>
    public int StepInEpoch { get; set; }

    /// <summary>Steps done over all epochs.</summary>
    public int Step { get; set; }

    /// <summary>Samples of the epoch so far.</summary>
    public int Samples { get; set; }

    /// <summary>Sum of the losses of the epoch's samples.</summary>
    public double LossSum { get; set; }

    /// <summary>What <see cref="TrainingStep.Tally"/> has counted in the epoch.</summary>
    public double[] Tally { get; set; } = [];

    /// <summary>What the run computes in, once that is chosen.</summary>
    public Precision? Precision { get; set; }

    /// <summary>Whether early stopping has ended the run.</summary>
    public bool Stopped { get; set; }

    /// <summary>The finished epochs.</summary>
    public List<EpochMetrics> History { get; set; } = [];

    /// <summary>
    /// The epoch with the best validation result: the highest accuracy, then the lowest loss, and last what has no loss that is a
    /// number; null before there is one.
    /// </summary>
    public EpochMetrics? Best => History.Where(epoch => epoch.Validation is not null)
        .OrderBy(epoch => double.IsNaN(epoch.Validation!.Loss))
        .ThenByDescending(epoch => epoch.Validation!.Accuracy).ThenBy(epoch => epoch.Validation!.Loss).FirstOrDefault();

    /// <summary>Ends an epoch.</summary>
    public void Add(EpochMetrics metrics)
    {
        History.Add(metrics);
        (Epoch, StepInEpoch, Samples, LossSum, Tally) = (Epoch + 1, 0, 0, 0, []);
    }
}
