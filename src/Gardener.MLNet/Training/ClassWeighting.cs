using System.Globalization;

namespace GardenerML.Training;

/// <summary>How much the clips of each class count in the loss, for sets with rare classes. Immutable.</summary>
public sealed class ClassWeighting : IEquatable<ClassWeighting>
{
    private readonly string _name;
    private readonly double[] _weights;

    private ClassWeighting(string name, double[] weights) => (_name, _weights) = (name, weights);

    /// <summary>Every clip counts alike. The default.</summary>
    public static ClassWeighting Equal { get; } = new(nameof(Equal), []);

    /// <summary>
    /// Every class counts alike: a clip counts N / (C n), with N clips of C classes, n of them of the clip's own class. A class
    /// without clips changes nothing.
    /// </summary>
    public static ClassWeighting Balanced { get; } = new(nameof(Balanced), []);

    /// <summary>The given weights.</summary>
    /// <param name="weights">One number a class, in the order of the label's keys; each finite and at least 0, one above 0.</param>
    /// <exception cref="ArgumentException">A weight is negative or not finite, or all are 0.</exception>
    public static ClassWeighting Explicit(params double[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Any(weight => !(weight >= 0) || !double.IsFinite(weight)) || weights.All(weight => weight == 0))
            throw new ArgumentException(
                $"The class weights are {Text(weights)}; each must be finite and at least 0, and one above 0.", nameof(weights));
        return new ClassWeighting(nameof(Explicit), [.. weights]);
    }

    /// <summary>The weight of each class.</summary>
    /// <param name="labels">The labels of all training clips.</param>
    /// <param name="classCount">How many classes there are.</param>
    /// <exception cref="InvalidOperationException">There are not as many explicit weights as classes.</exception>
    internal float[] For(IReadOnlyCollection<int> labels, int classCount)
    {
        if (_name == nameof(Explicit))
        {
            if (_weights.Length != classCount)
                throw new InvalidOperationException(
                    $"ClassWeights has {_weights.Length} weights, but the label has {classCount} classes; give one weight for each.");
            return [.. _weights.Select(weight => (float)weight)];
        }
        var weights = Enumerable.Repeat(1f, classCount).ToArray();
        if (_name == nameof(Balanced))
        {
            var counts = labels.CountBy(label => label).ToArray();
            foreach (var (label, count) in counts)
                weights[label] = (float)(labels.Count / (counts.Length * (double)count));
        }
        return weights;
    }

    /// <inheritdoc/>
    public bool Equals(ClassWeighting? other) =>
        other is not null && _name == other._name && _weights.AsSpan().SequenceEqual(other._weights);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClassWeighting);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_name, _weights.Length, _weights.Sum());

    /// <summary>Equal, Balanced, or the weights.</summary>
    public override string ToString() => _name == nameof(Explicit) ? Text(_weights) : _name;

    private static string Text(double[] weights) =>
        $"[{string.Join(", ", weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)))}]";
}
