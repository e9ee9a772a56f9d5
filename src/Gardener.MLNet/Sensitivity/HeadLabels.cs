using GardenerML.Checkpoints;
using GardenerML.Training;

namespace GardenerML.Sensitivity;

/// <summary>Finds the outputs of a checkpoint's head that are the classes of the data.</summary>
internal static class HeadLabels
{
    private const string Remedy = "Set TrainingSet to measure with fine-tuning, which makes a new head.";

    /// <summary>The clips with their labels as numbers of the head's outputs.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="clips">Clips, labelled by the data's classes.</param>
    /// <param name="classCount">How many classes the data have.</param>
    /// <param name="classNames">Their names; null if they have none.</param>
    /// <exception cref="InvalidOperationException">The head was trained for other classes.</exception>
    public static List<LabelledClip> Map(
        VideoMaeCheckpoint checkpoint, List<LabelledClip> clips, int classCount, IReadOnlyList<string>? classNames)
    {
        if (checkpoint.ClassCount == 0)
            throw new InvalidOperationException(
                $"{checkpoint.Source} has no classification head, so nothing can be measured without fine-tuning. {Remedy}");
        if (classNames is null || checkpoint.LabelNames is not { } headNames || headNames[0] == "LABEL_0")
        {
            // Without names on both sides the order of the classes must be trusted.
            return checkpoint.ClassCount == classCount
                ? clips
                : throw new InvalidOperationException(
                    $"The head of {checkpoint.Source} has {checkpoint.ClassCount} outputs, but the data have {classCount} "
                    + $"classes. {Remedy}");
        }
        var outputs = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < headNames.Count; i++)
            outputs.TryAdd(headNames[i], i);
        var missing = classNames.Where(name => !outputs.ContainsKey(name)).ToArray();
        if (missing.Length > 0)
            throw new InvalidOperationException(
                $"The head of {checkpoint.Source} was not trained for {missing.Length} of the {classNames.Count} classes: {string.Join(", ", missing.Take(5))}"
                + $"{(missing.Length > 5 ? ", ..." : "")}. {Remedy}");
        return [.. clips.Select(clip => clip with { Label = outputs[classNames[clip.Label]] })];
    }
}
