using GardenerML.Scoring;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Pretraining;

/// <summary>The column of features that a pretrained encoder adds.</summary>
internal sealed class FeatureColumn(string name, int width) : AddedColumns
{
    /// <inheritdoc/>
    public override DataViewSchema.DetachedColumn[] Columns => [new(name, new VectorDataViewType(NumberDataViewType.Single, width), null)];

    /// <inheritdoc/>
    public override Delegate Getter(int column, Func<float[]> numbers) => Vector(numbers);
}
