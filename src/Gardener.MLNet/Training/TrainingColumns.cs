using GardenerML.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Training;

/// <summary>The columns that a classifier learns from.</summary>
/// <param name="Clips">The columns of clips.</param>
/// <param name="Label">The label; a key.</param>
/// <param name="ClassCount">How many values the key type has.</param>
internal sealed record TrainingColumns(ClipColumns Clips, DataViewSchema.Column Label, int ClassCount) : ClipColumns(Clips)
{
    internal const string LabelRole = "label";
    internal const string LabelType = "key, as MapValueToKey makes it";

    private const int MostClasses = 100_000;

    public override IEnumerable<DataViewSchema.Column> All => base.All.Prepend(Label);

    /// <summary>Finds the columns of the training data.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    public static TrainingColumns Find(IHost host, DataViewSchema schema, VideoClassifierOptions options)
    {
        var label = Column(host, schema, LabelRole, options.LabelColumnName);
        if (label.Type is not KeyDataViewType key)
            throw host.ExceptSchemaMismatch(nameof(schema), LabelRole, label.Name, LabelType, label.Type.ToString());
        var clips = ClipColumns.Find(host, schema, options);
        // The number of classes is the key type's, not that of the labels that happen to occur: a fold may lack a class.
        if (key.Count is < 2 or > MostClasses)
            throw host.Except(
                $"The key type of the label column '{label.Name}' has {key.Count} value{(key.Count == 1 ? "" : "s")}, one a class; a classifier needs at least 2, "
                + $"and at most {MostClasses}.");
        return new TrainingColumns(clips, label, (int)key.Count);
    }

    /// <summary>Finds the same columns in the validation data, and checks that they mean the same there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is absent or of another type.</exception>
    /// <exception cref="InvalidOperationException">The keys of the labels are others.</exception>
    public TrainingColumns FindIn(IHost host, DataViewSchema validation, VideoClassifierOptions options)
    {
        var found = Find(host, validation, options with { GroupColumnName = null });
        RequireSameClips(host, found);
        // Keys made by another fit number the same names otherwise: every metric would be wrong and none would say so.
        var (names, others) = (KeyNames.FromColumn(Label)?.Texts, KeyNames.FromColumn(found.Label)?.Texts);
        if (found.ClassCount != ClassCount || (names is not null && others is not null && !names.SequenceEqual(others)))
            throw host.Except(
                $"The label column '{Label.Name}' of the ValidationSet has other keys than that of the training data. Transform both "
                + "sets by the same fitted MapValueToKey.");
        return found;
    }
}
