using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Scoring;

/// <summary>The columns that a model adds to clips, all made of the same numbers for each clip.</summary>
internal abstract class AddedColumns
{
    /// <summary>Their names, types and annotations.</summary>
    public abstract DataViewSchema.DetachedColumn[] Columns { get; }

    /// <summary>A getter of a column.</summary>
    /// <param name="column">Its number among <see cref="Columns"/>.</param>
    /// <param name="numbers">The model's numbers for the row that is current.</param>
    public abstract Delegate Getter(int column, Func<float[]> numbers);

    /// <summary>A getter of the numbers as they are.</summary>
    protected static ValueGetter<VBuffer<float>> Vector(Func<float[]> numbers) =>
        (ref VBuffer<float> target) =>
        {
            var values = numbers();
            var editor = VBufferEditor.Create(ref target, values.Length);
            values.CopyTo(editor.Values);
            target = editor.Commit();
        };
}
