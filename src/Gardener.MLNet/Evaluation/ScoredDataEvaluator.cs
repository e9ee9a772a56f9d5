using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GardenerML.Evaluation;

/// <summary>Evaluates rows that have their scores already, in one pass, keeping none of them.</summary>
internal static class ScoredDataEvaluator
{
    public static VideoClassificationMetrics Evaluate(
        IHostEnvironment environment,
        IDataView data,
        string labelColumnName,
        string scoreColumnName,
        bool skipMissingLabels)
    {
        var host = environment.Register(nameof(ScoredDataEvaluator));
        host.CheckValue(data, nameof(data));
        host.CheckNonWhiteSpace(labelColumnName, nameof(labelColumnName));
        host.CheckNonWhiteSpace(scoreColumnName, nameof(scoreColumnName));
        var scores = ScoreColumn(host, data.Schema, scoreColumnName);
        var classCount = ((VectorDataViewType)scores.Type).Size;
        var labels = LabelColumn.Find(host, data.Schema, labelColumnName, classCount, SlotNames(scores));

        using var channel = host.Start("Evaluating");
        var tally = new ScoreTally(classCount);
        var missing = new MissingLabels(labelColumnName, skipMissingLabels);
        using var cursor = data.GetRowCursor([labels.Column, scores]);
        var getLabel = labels.Getter(cursor);
        var getScores = cursor.GetGetter<VBuffer<float>>(scores);
        var (row, dense) = (default(VBuffer<float>), new float[classCount]);
        while (cursor.MoveNext())
        {
            var label = getLabel();
            if (label < 0)
            {
                missing.Add(cursor.Position);
                continue;
            }
            getScores(ref row);
            row.CopyTo(dense);
            if (!TensorPrimitives.IsFiniteAll<float>(dense))
                throw host.Except(
                    $"Row {cursor.Position} has a score in the column '{scoreColumnName}' that is not a finite number.");
            tally.Add(label, dense);
        }
        missing.Report(channel);
        if (tally.IsEmpty)
            throw host.Except("There is no row to evaluate.");
        return tally.ToMetrics(labels.ClassNames, unlabelled: missing.Count);
    }

    private static DataViewSchema.Column ScoreColumn(IHost host, DataViewSchema schema, string name)
    {
        const string Role = "score";
        var column = schema.GetColumnOrNull(name) ?? throw host.ExceptSchemaMismatch(nameof(schema), Role, name);
        return column.Type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType { RawType: var raw } }
            && raw == typeof(float)
            ? column
            : throw host.ExceptSchemaMismatch(
                nameof(schema), Role, name, "vector of Single, one score a class", column.Type.ToString());
    }

    private static string[] SlotNames(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames())
            return [];
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
