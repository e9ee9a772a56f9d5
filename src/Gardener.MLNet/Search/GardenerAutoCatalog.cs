using Microsoft.ML.Runtime;

namespace GardenerML.Search;

/// <summary>Makes experiments that search for how much of a checkpoint can be pruned.</summary>
public sealed class GardenerAutoCatalog
{
    private readonly IHostEnvironment _environment;

    internal GardenerAutoCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>Makes an experiment: prunes a checkpoint in several ways, fine-tunes what is left, and compares.</summary>
    /// <param name="checkpoint">The VideoMAE checkpoint: a file, a folder, or the id of a Hugging Face model.</param>
    /// <param name="folder">Where trials, their models and the state of training are kept; the same experiment goes on from it.</param>
    public GardenerExperiment CreateGardenerExperiment(string checkpoint, string folder) =>
        CreateGardenerExperiment(new GardenerExperimentOptions { Checkpoint = checkpoint, Folder = folder });

    /// <summary>Makes an experiment: prunes a checkpoint in several ways, fine-tunes what is left, and compares.</summary>
    /// <param name="options">The checkpoint, the folder and all else.</param>
    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    public GardenerExperiment CreateGardenerExperiment(GardenerExperimentOptions options) => new(_environment, options);
}
