using GardenerML.Training;

namespace GardenerML.Search;

/// <summary>Decides which trials are run, and in which order.</summary>
/// <remarks>
/// A tuner has no state: what it proposes follows from the trials that have ended. So a search goes on after a crash as if there
/// had been none, and several processes that search in one folder agree.
/// </remarks>
public abstract class GardenerTuner
{
    /// <summary>Every trial of the search space, in its order. The default.</summary>
    public static GardenerTuner Grid { get; } = new GridTuner();

    /// <summary>
    /// The largest number of removed blocks that keeps the wanted quality, by halves: of n numbers of blocks at most
    /// ceil(log2(n + 1)) are tried, for each other setting of the search space. It takes for granted that more blocks cost more
    /// accuracy, and needs a <see cref="GardenerConstraints.MinimumAccuracy"/> or <see cref="GardenerConstraints.MinimumMeanClassRecall"/>.
    /// </summary>
    public static GardenerTuner Bisection { get; } = new BisectionTuner();

    /// <summary>Every trial of the search space, in a random order.</summary>
    /// <param name="seed">The same seed gives the same order.</param>
    public static GardenerTuner Random(int seed = 0) => new RandomTuner(seed);

    /// <summary>
    /// Trains all trials of the search space for a few epochs, the best of them for some more, and so on
    /// (arXiv 1502.07943). A training that goes on does so from where it was, by one schedule of the learning rate: the last ones
    /// end with the weights that a training without a pause has.
    /// </summary>
    /// <param name="factor">
    /// Of n trials ceil(n / factor) go on, to factor times as many epochs, and at most to those of the search space; at least 2.
    /// </param>
    /// <param name="firstEpochs">Epochs of the first round; at least 1.</param>
    public static GardenerTuner SuccessiveHalving(int factor = 3, int firstEpochs = 1)
    {
        Require.AtLeast(factor, 2, nameof(factor));
        Require.AtLeast(firstEpochs, 1, nameof(firstEpochs));
        return new HalvingTuner(factor, firstEpochs);
    }

    /// <summary>
    /// The trials that are wanted next, the most wanted first; those that have ended, or run already, are passed over. When all have
    /// ended, the search is over.
    /// </summary>
    /// <param name="context">The search space, and what is known.</param>
    public abstract IEnumerable<GardenerTrialSettings> Propose(GardenerTunerContext context);

    /// <summary>Checks that the constraints are such as the tuner needs.</summary>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    internal virtual void Check(GardenerConstraints constraints)
    {
    }

    private sealed class GridTuner : GardenerTuner
    {
        public override IEnumerable<GardenerTrialSettings> Propose(GardenerTunerContext context) => context.Candidates;

        public override string ToString() => "grid";
    }

    private sealed class RandomTuner(int seed) : GardenerTuner
    {
        public override IEnumerable<GardenerTrialSettings> Propose(GardenerTunerContext context)
        {
            GardenerTrialSettings[] order = [.. context.Candidates];
            new Random(seed).Shuffle(order);
            return order;
        }

        public override string ToString() => $"random:{seed}";
    }
}
