using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Scoring;

/// <summary>A column whose values are taken from rows that are read ahead, and given out when their row's turn comes.</summary>
internal abstract class PassedColumn
{
    /// <summary>Makes the keeper of a column's values, whatever their type.</summary>
    /// <param name="input">The cursor that reads ahead; the column is active in it.</param>
    /// <param name="column">The column.</param>
    public static PassedColumn Of(DataViewRow input, DataViewSchema.Column column)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(Vectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Scalars<>).MakeGenericType(column.Type.RawType);
        return (PassedColumn)Activator.CreateInstance(type, input, column)!;
    }

    /// <summary>Keeps the value of the row that the input stands on.</summary>
    public abstract object Take();

    /// <summary>A getter of what <see cref="Take"/> kept for the row that is current now.</summary>
    /// <param name="current">Gives it.</param>
    public abstract Delegate Getter(Func<object> current);

    private class Scalars<T>(DataViewRow input, DataViewSchema.Column column) : PassedColumn
    {
        private readonly ValueGetter<T> _get = input.GetGetter<T>(column);

        public sealed override object Take()
        {
            // A value of its own for each row: getters write into what they are given.
            var kept = new Kept<T>();
            _get(ref kept.Value);
            return kept;
        }

        public sealed override Delegate Getter(Func<object> current) =>
            (ValueGetter<T>)((ref T target) => Copy(in ((Kept<T>)current()).Value, ref target));

        protected virtual void Copy(in T kept, ref T target) => target = kept;
    }

    private sealed class Vectors<T>(DataViewRow input, DataViewSchema.Column column) : Scalars<VBuffer<T>>(input, column)
    {
        protected override void Copy(in VBuffer<T> kept, ref VBuffer<T> target) => kept.CopyTo(ref target);
    }

    private sealed class Kept<T>
    {
        public T Value = default!;
    }
}
