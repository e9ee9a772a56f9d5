using GardenerML.Sensitivity;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Search;

/// <summary>The clips of an experiment.</summary>
/// <param name="InputSchema">The columns before the pipeline.</param>
/// <param name="Pipeline">The fitted steps before the classifier; null for none.</param>
/// <param name="Training">What is trained on, after the pipeline.</param>
/// <param name="Validation">What is measured on, after the pipeline.</param>
/// <param name="Columns">Where clips and labels are.</param>
internal sealed record SearchData(
    DataViewSchema InputSchema, ITransformer? Pipeline, IDataView Training, IDataView Validation, TrainingColumns Columns)
{
    /// <summary>Finds the columns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public static SearchData Of(
        IHostEnvironment environment, GardenerExperimentOptions options, IDataView training, IDataView validation, ITransformer? pipeline)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        var host = environment.Register(nameof(SearchData));
        var (inputSchema, clips) = (training.Schema, pipeline?.Transform(training) ?? training);
        validation = pipeline?.Transform(validation) ?? validation;
        var columns = TrainingColumns.Find(host, clips.Schema, options.Training);
        columns.FindIn(host, validation.Schema, options.Training);
        return new SearchData(inputSchema, pipeline, clips, validation, columns);
    }

    /// <summary>What decides the outcome of a trial beside its own settings, by name; reads all rows.</summary>
    public SortedDictionary<string, string> Identity(
        IHostEnvironment environment, string checkpointHash, VideoClassifierOptions options, int seed)
    {
        var host = environment.Register(nameof(SearchData));
        var columns = Columns.FindIn(host, Validation.Schema, options);
        return RunSettings.Of(
            checkpointHash, options, fineTuned: true, seed, Columns.ClipType,
            LabelledClipReader.Read(host, "training", Training, Columns, options).Clips,
            LabelledClipReader.Read(host, "validation", Validation, columns, options).Clips);
    }

    /// <summary>The steps and the classifier, as one model.</summary>
    public ITransformer ToPipeline(VideoClassifierTransformer model) =>
        Pipeline is null ? model : new TransformerChain<ITransformer>(Pipeline, model);
}
