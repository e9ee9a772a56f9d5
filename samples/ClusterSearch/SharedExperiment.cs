using GardenerML.Search;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>What the search and its workers must agree on: clips, checkpoint and recipe.</summary>
internal sealed class SharedExperiment(ClusterSettings settings)
{
    public const string Name = "cluster-search";

    private readonly MLContext _context = new(seed: 1);

    public GardenerExperiment CreateExperiment()
    {
        var experiment = _context.Auto()
            .CreateGardenerExperiment(Options())
            .SetPipeline(Pipeline())
            .SetDataset(Clips(Ucf101Subset.Train), Clips(Ucf101Subset.Validation))
            .SetSearchSpace(new GardenerSearchSpace { Ratios = [0, 0.25, 0.5, 0.75], LearningRates = [5e-4, 1e-3] })
            .SetMonitor(new ConsoleMonitor());
        return settings.Trials > 0 ? experiment.SetMaxTrialsToExplore(settings.Trials) : experiment;
    }

    public GardenerTrialRunner CreateRunner()
    {
        var training = Clips(Ucf101Subset.Train);
        return new GardenerTrialRunner(_context, Options(), training, Clips(Ucf101Subset.Validation), Pipeline().Fit(training));
    }

    private GardenerExperimentOptions Options() => new()
    {
        Checkpoint = settings.Checkpoint,
        Folder = settings.Folder,
        DataName = settings.Data,
        Lease = TimeSpan.FromSeconds(settings.Lease),
        Training = new VideoClassifierOptions { Epochs = settings.Epochs, Seed = 1 },
    };

    private IDataView Clips(Ucf101Subset subset) =>
        Ucf101.Load(_context, settings.Data, subset: subset, options: new Ucf101Options
        {
            ValidationFraction = 0.25,
            MissingVideos = settings.MissingVideos,
        });

    private EstimatorChain<VideoLoadingTransformer> Pipeline() => _context.Transforms.Conversion.MapValueToKey("Label")
        .Append(_context.Transforms.LoadVideo(options: new() { FrameCount = settings.Frames, Size = settings.Size }));
}
