using GardenerML.Interop;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Evaluation;

/// <summary>The label column of an evaluation, found and checked against the scores.</summary>
/// <param name="Column">The column; a key.</param>
/// <param name="ClassNames">
/// The names of the classes: those of the keys, else of the scores, else numbers from 1.
/// </param>
internal sealed record LabelColumn(DataViewSchema.Column Column, IReadOnlyList<string> ClassNames)
{
    /// <summary>Finds the column.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="schema">The schema of the data.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="classCount">How many scores there are.</param>
    /// <param name="scoreNames">The names of the scores; empty where they have none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is absent or not a key.</exception>
    /// <exception cref="InvalidOperationException">
    /// Its keys are others than those that the scores were made for.
    /// </exception>
    public static LabelColumn Find(
        IHost host, DataViewSchema schema, string name, int classCount, IReadOnlyList<string> scoreNames)
    {
        var column = schema.GetColumnOrNull(name)
            ?? throw host.ExceptSchemaMismatch(nameof(schema), TrainingColumns.LabelRole, name);
        if (column.Type is not KeyDataViewType key)
            throw host.ExceptSchemaMismatch(
                nameof(schema), TrainingColumns.LabelRole, name, TrainingColumns.LabelType, column.Type.ToString());
        const string Remedy = "Make the keys by the MapValueToKey that the model was trained with.";
        if (key.Count != (ulong)classCount)
            throw host.Except(
                $"The label column '{name}' has keys of {key.Count} values, but there are scores of {classCount} classes. "
                + Remedy);
        // Keys made by another fit number the same names otherwise: every metric would be wrong and none would say so.
        var names = KeyNames.FromColumn(column)?.Texts;
        if (names is not null && scoreNames.Count > 0 && !names.SequenceEqual(scoreNames))
        {
            var other = Enumerable.Range(0, classCount).First(i => names[i] != scoreNames[i]);
            throw host.Except(
                $"The label column '{name}' numbers the classes otherwise than the scores: class {other + 1} is "
                + $"'{names[other]}' there and '{scoreNames[other]}' here. {Remedy}");
        }
        return new LabelColumn(column, names ?? (scoreNames.Count > 0
            ? scoreNames
            : [.. Enumerable.Range(1, classCount).Select(number => $"{number}")]));
    }

    /// <summary>A getter of the 0-based label of a row; -1 where it has none.</summary>
    public Func<int> Getter(DataViewRow row)
    {
        var get = RowCursorUtils.GetLabelGetter(row, Column.Index);
        var count = ClassNames.Count;
        return () =>
        {
            // A missing label is NaN here.
            var label = float.NaN;
            get(ref label);
            return label < count ? (int)label : -1;
        };
    }
}
