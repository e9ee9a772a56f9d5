using GardenerML.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Scoring;

/// <summary>The two columns that a fitted classifier adds, with the annotations that ML.NET's evaluators look for.</summary>
internal sealed class ScoreColumns(string scoreName, string predictedLabelName, int classCount, KeyNames? keyNames) : AddedColumns
{
    private const int Score = 0;

    /// <inheritdoc/>
    public override DataViewSchema.DetachedColumn[] Columns => Make();

    /// <inheritdoc/>
    public override Delegate Getter(int column, Func<float[]> numbers) => column == Score
        ? Vector(numbers)
        : (ValueGetter<uint>)((ref uint target) => target = KeyOf(numbers()));

    private DataViewSchema.DetachedColumn[] Make()
    {
        var score = Annotations(AnnotationUtils.Const.ScoreValueKind.Score);
        if (keyNames is not null)
        {
            var names = keyNames.Texts.Select(text => text.AsMemory()).ToArray();
            score.AddSlotNames(names.Length, (ref VBuffer<ReadOnlyMemory<char>> target) =>
                new VBuffer<ReadOnlyMemory<char>>(names.Length, names).CopyTo(ref target));
        }
        var predicted = Annotations(AnnotationUtils.Const.ScoreValueKind.PredictedLabel);
        keyNames?.AddTo(predicted);

        return
        [
            new(scoreName, new VectorDataViewType(NumberDataViewType.Single, classCount), score.ToAnnotations()),
            new(predictedLabelName, new KeyDataViewType(typeof(uint), classCount), predicted.ToAnnotations()),
        ];
    }

    private static DataViewSchema.Annotations.Builder Annotations(string valueKind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        AddText(AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification);
        AddText(AnnotationUtils.Kinds.ScoreValueKind, valueKind);
        // Columns of one set come from one model; there is only this one here.
        builder.Add(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType,
            (ref uint id) => id = 1);
        return builder;

        void AddText(string kind, string text) =>
            builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> target) => target = text.AsMemory());
    }

    /// <summary>The key, from 1, of the most probable class.</summary>
    private static uint KeyOf(ReadOnlySpan<float> scores) =>
        (uint)System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores) + 1;
}
