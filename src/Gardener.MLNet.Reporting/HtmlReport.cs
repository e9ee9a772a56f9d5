using System.Text;
using GardenerML.Checkpoints;
using GardenerML.Evaluation;
using GardenerML.Interop;
using GardenerML.Pruning;
using GardenerML.Reporting.Figures;
using GardenerML.Reporting.Html;
using GardenerML.Search;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Reporting;

/// <summary>
/// A report of a model or an experiment as one HTML page that needs no other file and no network. Each section is there when what it
/// shows is. Immutable; a notebook shows it by itself.
/// </summary>
/// <example>
/// <code>
/// var report = HtmlReport.Of(model, "Six actions") with
/// {
///     Metrics = mlContext.MulticlassClassification.EvaluateVideo(model, test),
///     Predictions = PredictedVideo.Of(mlContext, model, test),
/// };
/// report.Save("report.html");
/// </code>
/// </example>
[TypeFormatterSource(typeof(HtmlReportFormatterSource), PreferredMimeTypes = ["text/html"])]
public sealed record HtmlReport
{
    /// <summary>The title of the page.</summary>
    public required string Title { get; init; }

    /// <summary>What there is to say of the model or the experiment in a line each.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>What the model costs, before and after pruning.</summary>
    public IReadOnlyList<ModelCost> Costs { get; init; } = [];

    /// <summary>How well the model labels videos: numbers, confusion matrix, recall of each class.</summary>
    public VideoClassificationMetrics? Metrics { get; init; }

    /// <summary>Videos with what the model says of them.</summary>
    public IReadOnlyList<PredictedVideo> Predictions { get; init; } = [];

    /// <summary>What the criterion saw of each block, and which were removed.</summary>
    public PruningPlan? PruningPlan { get; init; }

    /// <summary>How the weights are distributed.</summary>
    public IReadOnlyList<WeightHistogram> Weights { get; init; } = [];

    /// <summary>What each epoch of training gave.</summary>
    public IReadOnlyList<EpochMetrics> TrainingHistory { get; init; } = [];

    /// <summary>Accuracy over the number of removed blocks, by several criteria.</summary>
    public PruningExperiment? Experiment { get; init; }

    /// <summary>The trials of a search for how much can be pruned.</summary>
    public IReadOnlyList<ReportedTrial> Trials { get; init; } = [];

    /// <summary>What a model knows of itself: its geometry, plan, weights, costs and, right after training, history.</summary>
    /// <param name="model">A fitted video classifier, or a pipeline that has one, from Fit or from a zip; the last one counts.</param>
    /// <param name="title">The title of the page.</param>
    /// <param name="measureSpeed">Whether to measure the time of a clip before and after pruning, which takes some seconds.</param>
    /// <exception cref="ArgumentException">There is no video classifier in the model.</exception>
    public static HtmlReport Of(ITransformer model, string title = "Video classifier", bool measureSpeed = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        var classifier = ModelSteps.Of(model).OfType<VideoClassifierTransformer>().LastOrDefault()
            ?? throw new ArgumentException($"The model has no video classifier (it is of the type {model.GetType().Name}).", nameof(model));
        return new HtmlReport
        {
            Title = title,
            Facts = ModelFacts.Of(classifier),
            Costs = ModelCost.Of(classifier.Model, classifier.PruningPlan, measureSpeed),
            PruningPlan = classifier.PruningPlan,
            Weights = WeightHistogram.ByDepth(classifier.Model, classifier.PruningPlan),
            TrainingHistory = classifier.TrainingHistory,
        };
    }

    /// <summary>What a search found: what it was of, and all trials with the best one marked.</summary>
    /// <param name="search">A search that has ended, or what <see cref="GardenerExperiment.ReadResultAsync"/> reads.</param>
    /// <param name="title">The title of the page.</param>
    public static HtmlReport Of(GardenerExperimentResult search, string title)
    {
        ArgumentNullException.ThrowIfNull(search);
        return new HtmlReport
        {
            Title = title,
            Facts = SearchFacts.Of(search),
            Trials = ReportedTrial.Of(search.Trials, search.BestTrial?.TrialSettings),
        };
    }

    /// <summary>The page as a text: HTML that is well-formed XML too.</summary>
    public string ToHtml() => ReportPage.Write(this);

    /// <summary>Saves the page as a file, whole or not at all.</summary>
    /// <param name="path">The file to write or replace.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = Encoding.UTF8.GetBytes(ToHtml());
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Saves the figures of the page as PNG files, each whole or not at all.</summary>
    /// <param name="folder">The folder; it is made if it is not there.</param>
    /// <returns>The files.</returns>
    public IReadOnlyList<string> SaveFigures(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        var paths = new List<string>();
        foreach (var figure in ReportFigures.Of(this))
        {
            var path = Path.Combine(folder, figure.Name + ".png");
            AtomicFile.Write(path, stream => stream.Write(figure.ToPng()));
            paths.Add(path);
        }
        return paths;
    }
}
