using System.Reflection;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.Conversion;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;

namespace GardenerML.Interop;

/// <summary>
/// The values behind the keys of a label column (its KeyValues annotation), of whatever type they are: taken from a column,
/// put on the predicted label, saved in and loaded from a model.
/// </summary>
internal sealed class KeyNames
{
    // 100,000 classes of some hundred letters each.
    private const int MostBytes = 64 << 20;

    private readonly object _values;

    private KeyNames(VectorDataViewType type, object values, string[] texts) =>
        (Type, _values, Texts) = (type, values, texts);

    public VectorDataViewType Type { get; }

    /// <summary>The values as text.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Takes the values from a key column; null when it has none.</summary>
    public static KeyNames? FromColumn(DataViewSchema.Column column)
    {
        var annotation = column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues);
        return annotation?.Type is VectorDataViewType { IsKnownSize: true } type
            ? (KeyNames)Invoke(nameof(Read), type, column, type)!
            : null;
    }

    /// <summary>Values that are texts.</summary>
    public static KeyNames Of(IReadOnlyList<string> texts) => Make<ReadOnlyMemory<char>>(
        new VectorDataViewType(TextDataViewType.Instance, texts.Count),
        new VBuffer<ReadOnlyMemory<char>>(texts.Count, [.. texts.Select(text => text.AsMemory())]));

    /// <summary>Adds the values as the KeyValues annotation.</summary>
    public void AddTo(DataViewSchema.Annotations.Builder annotations) =>
        Invoke(nameof(AddTyped), Type, annotations, Type, _values);

    /// <summary>Writes the values, behind a hash of them.</summary>
    public void Save(IHostEnvironment environment, Stream stream)
    {
        using var content = new MemoryStream();
        Invoke(nameof(Write), Type, environment, content, Type, _values);
        stream.Write(SHA256.HashData(content.ToArray()));
        content.WriteTo(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The stream is damaged.</exception>
    public static KeyNames Load(IHostEnvironment environment, Stream stream)
    {
        // ML.NET's reader runs on for ever, or out of memory, on some damaged streams, so it sees only whole ones.
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (content.Length + read > MostBytes)
                throw Damaged();
            content.Write(buffer, 0, read);
        }
        ReadOnlySpan<byte> all = content.ToArray();
        if (all.Length < SHA256.HashSizeInBytes
            || !all[..SHA256.HashSizeInBytes].SequenceEqual(SHA256.HashData(all[SHA256.HashSizeInBytes..])))
            throw Damaged();
        content.Position = SHA256.HashSizeInBytes;
        var saver = new BinarySaver(environment, new BinarySaver.Arguments());
        return saver.TryLoadTypeAndValue(content, out var type, out var value) && type is VectorDataViewType vector
            ? (KeyNames)Invoke(nameof(Make), vector, vector, value)!
            : throw Damaged();

        Exception Damaged() => environment.ExceptDecode("The values of the label's keys are damaged.");
    }

    private static object? Invoke(string name, VectorDataViewType type, params object[] arguments) =>
        typeof(KeyNames).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.ItemType.RawType)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static KeyNames Read<T>(DataViewSchema.Column column, VectorDataViewType type)
    {
        var values = default(VBuffer<T>);
        column.Annotations.GetValue(AnnotationUtils.Kinds.KeyValues, ref values);
        return Make<T>(type, values);
    }

    private static KeyNames Make<T>(VectorDataViewType type, object boxed)
    {
        var values = (VBuffer<T>)boxed;
        var toText = Conversions.DefaultInstance.GetStringConversion<T>(type.ItemType);
        var builder = new System.Text.StringBuilder();
        var texts = new List<string>(values.Length);
        foreach (var value in values.DenseValues())
        {
            builder.Clear();
            toText(in value, ref builder);
            texts.Add(builder.ToString());
        }
        return new KeyNames(type, values, [.. texts]);
    }

    private static void AddTyped<T>(DataViewSchema.Annotations.Builder annotations, VectorDataViewType type, object boxed)
    {
        var values = (VBuffer<T>)boxed;
        annotations.Add(AnnotationUtils.Kinds.KeyValues, type, (ref VBuffer<T> target) => values.CopyTo(ref target));
    }

    private static void Write<T>(IHostEnvironment environment, Stream stream, VectorDataViewType type, object boxed)
    {
        var values = (VBuffer<T>)boxed;
        var saver = new BinarySaver(environment, new BinarySaver.Arguments { Silent = true });
        if (!saver.TryWriteTypeAndValue(stream, type, ref values, out _))
            throw environment.Except($"Label keys with values of type {type.ItemType} cannot be saved.");
    }
}
