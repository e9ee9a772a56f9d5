using GardenerML.Interop;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GardenerML.Evaluation;

/// <summary>The video classifier of a fitted pipeline, and the data that reach it.</summary>
internal static class EvaluatedModel
{
    /// <summary>Finds the last video classifier of a model, and sends data through the steps before it.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="model">A video classifier, or a chain that has one, however it is nested.</param>
    /// <param name="data">What the model takes.</param>
    /// <returns>The classifier, and rows with clips whose videos may yet turn out to be unreadable.</returns>
    /// <exception cref="ArgumentException">There is no video classifier in the model.</exception>
    public static (VideoClassifierTransformer Classifier, IDataView Clips) Find(
        IHost host, ITransformer model, IDataView data)
    {
        List<ITransformer> steps = [.. ModelSteps.Of(model)];
        var last = steps.FindLastIndex(step => step is VideoClassifierTransformer);
        if (last < 0)
            throw host.ExceptParam(nameof(model),
                $"The model has no video classifier (it is of the type {model.GetType().Name}). For other models, "
                + "transform the data and evaluate the scores.");
        var clips = steps.Take(last).Aggregate(data, (view, step) => step is VideoLoadingTransformer loader
            ? loader.TransformAll(view)
            : step.Transform(view));
        return ((VideoClassifierTransformer)steps[last], clips);
    }
}
