namespace GardenerML.Checkpoints;

/// <summary>
/// A strided view into bytes. Read in place if it is contiguous, else put together on first use and kept.
/// </summary>
internal sealed class StridedTensor : StoredTensor
{
    private readonly string _path;
    private readonly ByteSource _source;
    private readonly long[] _strides;
    private readonly long _start;
    private readonly bool _contiguous;
    private byte[]? _gathered;

    /// <param name="path">The file, for messages.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="typeName">What the file calls the type.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="strides">Elements from one index of a dimension to the next.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="start">The byte of the first element.</param>
    public StridedTensor(
        string path, string name, TensorType type, string typeName, long[] shape, long[] strides, ByteSource source, long start)
        : base(name, type, typeName, shape)
    {
        _path = path;
        _source = source;
        _strides = strides;
        _start = start;
        _contiguous = IsContiguous(shape, strides);
    }

    public override ReadOnlySpan<byte> Bytes
    {
        get
        {
            var length = CheckReadable(_path);
            if (length == 0)
                return [];
            // Asked first in both cases, so that a closed file is noticed.
            var first = _source.Slice(_start, Type.Size());
            return _contiguous ? _source.Slice(_start, length) : _gathered ??= Gather(length, first.Length);
        }
    }

    private static bool IsContiguous(long[] shape, long[] strides)
    {
        var expected = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected)
                return false;
            expected *= shape[i];
        }
        return true;
    }

    private byte[] Gather(int length, int size)
    {
        var gathered = new byte[length];
        var index = new long[Shape.Count];
        var offset = 0L;
        for (var to = 0; to < length; to += size)
        {
            _source.Slice(_start + offset * size, size).CopyTo(gathered.AsSpan(to));
            for (var i = index.Length - 1; i >= 0; i--)
            {
                offset += _strides[i];
                if (++index[i] < Shape[i])
                    break;
                offset -= _strides[i] * Shape[i];
                index[i] = 0;
            }
        }
        return gathered;
    }
}
