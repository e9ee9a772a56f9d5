using GardenerML.Search;

namespace GardenerML.Orleans;

/// <summary>Runs experiments on a cluster.</summary>
public static class GardenerExperimentExtensions
{
    /// <summary>
    /// Lets a cluster run an experiment's trials: this process chooses and records them, silos with
    /// <c>AddGardenerTrials</c> prune and train.
    /// </summary>
    /// <param name="experiment">The experiment; all silos must see its folder.</param>
    /// <param name="cluster">The client of the cluster.</param>
    /// <param name="name">The experiment's name in the cluster.</param>
    /// <param name="concurrentTrials">How many trials are in flight at a time, such as the number of silos; at least 1.</param>
    public static GardenerExperiment RunOn(this GardenerExperiment experiment, IGrainFactory cluster, string name, int concurrentTrials)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return experiment.SetTrialRunner(new OrleansTrialRunner(cluster, name)).SetMaxConcurrentTrials(concurrentTrials);
    }
}
