using GardenerML.Interop;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Training;

/// <summary>The two columns that a fitted classifier adds, with the annotations that ML.NET's evaluators look for.</summary>
internal static class ScoreColumns
{
    public const int Score = 0;
    public const int PredictedLabel = 1;

    public static DataViewSchema.DetachedColumn[] Make(
        string scoreName, string predictedLabelName, int classCount, KeyNames? keyNames)
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

    /// <summary>Gives a row's scores to a getter's caller.</summary>
    public static void CopyScores(float[] scores, ref VBuffer<float> target)
    {
        var editor = VBufferEditor.Create(ref target, scores.Length);
        scores.CopyTo(editor.Values);
        target = editor.Commit();
    }

    /// <summary>The key, from 1, of the most probable class.</summary>
    public static uint KeyOf(ReadOnlySpan<float> scores) =>
        (uint)System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores) + 1;
}
