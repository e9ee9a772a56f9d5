using GardenerML.Pruning;
using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>
/// What an experiment may try: every combination of the values that are listed. Immutable. What leads to the same removed blocks
/// with the same training is one trial.
/// </summary>
public sealed record GardenerSearchSpace
{
    /// <summary>
    /// Shares of blocks to remove, each in [0, 1), rounded as <see cref="PruningTarget.Ratio"/> does. With
    /// <see cref="RemovedCounts"/> both are tried; where both and <see cref="RemovedSets"/> are empty, every number of blocks that may be removed, from 0 on.
    /// </summary>
    public IReadOnlyList<double> Ratios { get; init; } = [];

    /// <summary>Numbers of blocks to remove, each at least 0.</summary>
    public IReadOnlyList<int> RemovedCounts { get; init; } = [];

    /// <summary>
    /// Sets of blocks to remove whatever a criterion says, numbered from 0: with one set for each block, the trials are the oracle's
    /// runs, which measure what each block is worth. They go by the name of the first criterion.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> RemovedSets { get; init; } = [];

    /// <summary>What decides which blocks go first; at least one.</summary>
    public IReadOnlyList<PruningCriterion> Criteria { get; init; } = [PruningCriterion.Entropy];

    /// <summary>
    /// Passes over the training clips, each at least 1 and above the recipe's <see cref="VideoTrainingOptions.WarmupEpochs"/> where those
    /// are set; empty for those of the recipe.
    /// </summary>
    public IReadOnlyList<int> Epochs { get; init; } = [];

    /// <summary>
    /// Highest learning rates, each above 0 and at least the recipe's <see cref="VideoTrainingOptions.MinimumLearningRate"/>; empty for that of the recipe.
    /// </summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [];

    /// <summary>Layer decays, each in (0, 1]; empty for that of the recipe.</summary>
    public IReadOnlyList<double> LayerDecays { get; init; } = [];

    /// <summary>Numbers of blocks, from 0, that stay whatever the criterion says.</summary>
    public IReadOnlyList<int> Protected { get; init; } = [];

    /// <summary>How many blocks stay at least; 1 or more.</summary>
    public int MinimumKept { get; init; } = 1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        foreach (var list in (object?[])[Ratios, RemovedCounts, RemovedSets, Criteria, Epochs, LearningRates, LayerDecays, Protected])
        {
            if (list is null)
                throw new ArgumentException("A list of the search space is null; it may be empty.");
        }
        foreach (var ratio in Ratios)
            _ = PruningTarget.Ratio(ratio);
        foreach (var count in RemovedCounts)
            _ = PruningTarget.Count(count);
        foreach (var set in RemovedSets)
            _ = PruningTarget.Blocks(set);
        if (Criteria.Count == 0)
            throw new ArgumentException($"{nameof(Criteria)} is empty; name at least one criterion.");
        foreach (var criterion in Criteria)
            ArgumentNullException.ThrowIfNull(criterion, nameof(Criteria));
        foreach (var epochs in Epochs)
            Require.AtLeast(epochs, 1, nameof(Epochs));
        foreach (var rate in LearningRates)
            Require.Above(rate, nameof(LearningRates));
        foreach (var decay in LayerDecays)
        {
            if (!(decay > 0 && decay <= 1))
                throw new ArgumentException($"{nameof(LayerDecays)} has {decay}; it must be in (0, 1].");
        }
        Require.AtLeast(MinimumKept, 1, nameof(MinimumKept));
    }

    /// <summary>
    /// The trials of the space, none twice: for each criterion, epochs, learning rate and layer decay the numbers of blocks, ascending.
    /// </summary>
    /// <param name="blockCount">Blocks of the checkpoint.</param>
    /// <param name="removalOrder">Gives the blocks in a criterion's order of removal.</param>
    /// <param name="recipe">Values where none are listed.</param>
    /// <param name="seed">The seed of every trial.</param>
    /// <exception cref="ArgumentException">
    /// More is to be removed than may be, the warm-up is as long as a training, or a learning rate is below the recipe's least.
    /// </exception>
    internal IReadOnlyList<GardenerTrialSettings> Candidates(
        int blockCount, Func<PruningCriterion, IReadOnlyList<int>> removalOrder, VideoClassifierOptions recipe, int seed)
    {
        var trials =
            from criterion in Criteria
            let sets = Sets(removalOrder(criterion)).ToList()
            from epochs in OrElse(Epochs, recipe.Epochs)
            let warmup = Warmup(recipe, epochs)
            from rate in OrElse(LearningRates, recipe.LearningRate).Select(rate => LearningRate(recipe, rate))
            from decay in OrElse(LayerDecays, recipe.LayerDecay)
            from removed in sets
            select new GardenerTrialSettings
            {
                Criterion = criterion.Name,
                Removed = removed,
                BlockCount = blockCount,
                Epochs = epochs,
                WarmupEpochs = warmup,
                TrainedEpochs = epochs,
                LearningRate = rate,
                LayerDecay = decay,
                Seed = seed,
            };
        return [.. trials.DistinctBy(trial => trial.Key)];
    }

    private IEnumerable<int[]> Sets(IReadOnlyList<int> order)
    {
        // No target here looks at costs.
        var choice = new RemovalChoice(order, Protected, MinimumKept, null!);
        var counts = Ratios.Count + RemovedCounts.Count + RemovedSets.Count == 0
            ? Enumerable.Range(0, choice.MostRemovable + 1)
            : Ratios.Select(ratio => PruningTarget.Ratio(ratio).Choose(choice).Count).Concat(RemovedCounts).Distinct().Order();
        return counts.Select(PruningTarget.Count)
            .Concat(RemovedSets.Select(set => PruningTarget.Blocks(set)))
            .Select(target => target.Choose(choice).Order().ToArray());
    }

    /// <summary>The warm-up of a training of so many epochs: what is set is not changed, what is not set follows from them.</summary>
    private static double Warmup(VideoClassifierOptions recipe, int epochs) =>
        (recipe with { Epochs = epochs }).WarmupEpochs is var warmup && warmup < epochs
            ? warmup
            : throw new ArgumentException(
                $"{nameof(recipe.WarmupEpochs)} is {warmup}, and a trial has {epochs} epoch{(epochs == 1 ? "" : "s")}: its learning rate would never fall. "
                + "Set a shorter warm-up, or more epochs.");

    private static double LearningRate(VideoClassifierOptions recipe, double rate) => rate >= recipe.MinimumLearningRate
        ? rate
        : throw new ArgumentException(
            $"{nameof(LearningRates)} has {rate}, and the recipe's {nameof(recipe.MinimumLearningRate)} is {recipe.MinimumLearningRate}: the learning rate would "
            + "rise instead of falling. Set a lower minimum, or a higher rate.");

    private static IReadOnlyList<T> OrElse<T>(IReadOnlyList<T> values, T one) => values.Count == 0 ? [one] : values;
}
