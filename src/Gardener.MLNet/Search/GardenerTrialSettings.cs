using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json.Serialization;

namespace GardenerML.Search;

/// <summary>What a trial removes and how it trains what is left. Immutable, and the same after a way through JSON.</summary>
public sealed record GardenerTrialSettings
{
    private const int LongestName = 100;
    private const int MostBlocks = 10_000;

    /// <summary>The trial's number in its experiment, from 1 in the order of starting; 0 before it is started.</summary>
    public int TrialId { get; init; }

    /// <summary>Name of the criterion that chose the blocks; of several that chose the same ones, the first.</summary>
    public required string Criterion { get; init; }

    /// <summary>Numbers of the removed blocks, from 0, ascending.</summary>
    public required IReadOnlyList<int> Removed { get; init; }

    /// <summary>How many blocks the checkpoint has.</summary>
    public required int BlockCount { get; init; }

    /// <summary>The share of blocks that is removed.</summary>
    public double Ratio => Removed.Count / (double)BlockCount;

    /// <summary>Epochs of the whole training, by which its learning rate falls.</summary>
    public required int Epochs { get; init; }

    /// <summary>Epochs at the beginning in which the learning rate rises, fractions allowed; below <see cref="Epochs"/>.</summary>
    public required double WarmupEpochs { get; init; }

    /// <summary>
    /// After how many of the <see cref="Epochs"/> the trial ends; a trial of the same training that ends later goes on from there.
    /// </summary>
    public required int TrainedEpochs { get; init; }

    /// <summary>The highest learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The layer decay.</summary>
    public required double LayerDecay { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>
    /// Name of the training, fit for a file: trials that have it in common are the same training up to one epoch or another.
    /// </summary>
    [JsonIgnore]
    public string TrainingName
    {
        get
        {
            var removed = Removed.Count == 0 ? "whole" : $"without-{string.Join('-', Removed)}";
            if (removed.Length > LongestName)
                removed = $"without-{Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(removed)))}";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{removed}.epochs-{Epochs}.warmup-{WarmupEpochs:R}.rate-{LearningRate:R}.decay-{LayerDecay:R}.seed-{Seed}");
        }
    }

    /// <summary>Identity of the trial: two trials of an experiment with the same one are the same trial.</summary>
    [JsonIgnore]
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{TrainingName}.until-{TrainedEpochs}");

    /// <summary>What the trial is, in a line.</summary>
    public override string ToString()
    {
        var blocks = Removed.Count == 0 ? "all blocks" : $"without {string.Join(", ", Removed)} ({Criterion})";
        var epochs = TrainedEpochs < Epochs ? $"{TrainedEpochs} of {Epochs} epochs" : $"{Epochs} epoch{(Epochs == 1 ? "" : "s")}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{blocks}, {epochs} ({WarmupEpochs} of warm-up), learning rate {LearningRate}, layer decay {LayerDecay}");
    }

    /// <summary>Whether the values can be those of a trial: what is read from a store need not be.</summary>
    internal bool IsValid =>
        Criterion is not null && Removed is not null && BlockCount is > 0 and <= MostBlocks && TrainedEpochs >= 1 && Epochs >= TrainedEpochs
        && WarmupEpochs >= 0 && WarmupEpochs < Epochs
        && Removed.All(block => block >= 0 && block < BlockCount) && Removed.Count < BlockCount;
}
