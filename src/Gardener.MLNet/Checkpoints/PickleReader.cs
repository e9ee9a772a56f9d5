using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace GardenerML.Checkpoints;

/// <summary>
/// Reads Python pickles of the protocols 2 to 5 as far as state dicts need them. It is a small stack machine that makes plain
/// data; it never looks up or runs anything, and refuses names and instructions that it does not know. Instructions:
/// CPython's <c>Lib/pickletools.py</c>.
/// </summary>
internal ref struct PickleReader
{
    /// <summary>The longest pickle; that of a state dict takes about a hundred bytes a tensor.</summary>
    public const int MaxLength = 32 << 20;

    private const int MaxDepth = 1 << 20;
    private const int MaxObjects = 1 << 21;
    private const int MaxDigits = 256;
    private const string TooLarge = "it is larger than any state dict";
    private static readonly UTF8Encoding Utf8 = new(false, true);

    private readonly ReadOnlySpan<byte> _data;
    private readonly string _path;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;
    private int _objects;

    private PickleReader(ReadOnlySpan<byte> data, string path)
    {
        _data = data;
        _path = path;
    }

    /// <summary>Reads the pickle's value.</summary>
    public static object? Read(ReadOnlySpan<byte> pickle, string path)
    {
        if (pickle.Length > MaxLength)
            throw new CheckpointException(
                path, $"The pickle has {pickle.Length:N0} bytes; at most {MaxLength:N0} are read.");
        return new PickleReader(pickle, path).Run();
    }

    private object? Run()
    {
        while (true)
        {
            var code = Take(1)[0];
            if (code == '.')
                return Pop();
            Step(code);
            if (_stack.Count > MaxDepth || _marks.Count > MaxDepth || _objects > MaxObjects || _memo.Count > MaxObjects)
                throw Fail(TooLarge);
        }
    }

    private void Step(byte code)
    {
        switch (code)
        {
            case 0x80: CheckProtocol(Take(1)[0]); break;
            case 0x95: Take(8); break; // FRAME: only a hint for buffering
            case (byte)'(': _marks.Push(_stack.Count); break;
            case (byte)'0': PopOrMark(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: Push(TakeLong(Take(1)[0])); break;
            case 0x8b: Push(TakeLong(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
            case (byte)'I': Push(ParseInteger(TakeLine())); break;
            case (byte)'L': Push(ParseInteger(TakeLine().TrimEnd('L'))); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'F': Push(ParseFloat(TakeLine())); break;
            case (byte)'X': Push(Text(Take(TakeLength(4)))); break;
            case 0x8c: Push(Text(Take(Take(1)[0]))); break;
            case 0x8d: Push(Text(Take(TakeLength(8)))); break;
            case (byte)'T': Push(Encoding.Latin1.GetString(Take(TakeLength(4)))); break;
            case (byte)'U': Push(Encoding.Latin1.GetString(Take(Take(1)[0]))); break;
            case (byte)'B': Bytes(TakeLength(4)); break;
            case (byte)'C': Bytes(Take(1)[0]); break;
            case 0x8e or 0x96: Bytes(TakeLength(8)); break;
            case (byte)']': New(new List<object?>()); break;
            case (byte)'l': New(new List<object?>(PopToMark())); break;
            case (byte)'a': AppendTo(PopArray(1)); break;
            case (byte)'e': AppendTo(PopToMark()); break;
            case (byte)')': New(new PickleTuple([])); break;
            case (byte)'t': New(new PickleTuple(PopToMark())); break;
            case 0x85 or 0x86 or 0x87: New(new PickleTuple(PopArray(code - 0x84))); break;
            case (byte)'}': New(new PickleDictionary()); break;
            case (byte)'d': New(new PickleDictionary()); SetItems(PopBelowTop()); break;
            case (byte)'s': SetItems(PopArray(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case 0x8f: New(new PickleInert("set")); break;
            case 0x90: PopToMark(); CheckInert(Peek()); break;
            case 0x91: PopToMark(); New(new PickleInert("frozenset")); break;
            case (byte)'c': Push(Global(TakeLine(), TakeLine())); break;
            case 0x93: PushStackGlobal(); break;
            case (byte)'R' or 0x81: Call(PopArray(2)); break;
            case 0x92: Call(PopArray(3)); break;
            case (byte)'b': Build(PopArray(1)[0]); break;
            case (byte)'Q': Push(Storage(Pop())); break;
            case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
            case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); break;
            case (byte)'p': _memo[MemoIndex(TakeLine())] = Peek(); break;
            case 0x94: _memo[(uint)_memo.Count] = Peek(); break;
            case (byte)'h': Push(Recall(Take(1)[0])); break;
            case (byte)'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
            case (byte)'g': Push(Recall(MemoIndex(TakeLine()))); break;
            default: throw Fail($"instruction 0x{code:X2} at byte {_position - 1} is not one that state dicts use");
        }
    }

    private readonly void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5)
            throw Fail($"protocol {protocol} is not known; 2 to 5 are");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _data.Length - _position)
            throw Fail("it ends too early");
        var taken = _data.Slice(_position, count);
        _position += count;
        return taken;
    }

    private int TakeLength(int size)
    {
        var length = size == 4
            ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4))
            : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
        return length <= int.MaxValue ? (int)length : throw Fail("it ends too early");
    }

    private string TakeLine()
    {
        var end = _data[_position..].IndexOf((byte)'\n');
        if (end < 0)
            throw Fail("it ends too early");
        var line = Encoding.Latin1.GetString(Take(end));
        _position++;
        return line;
    }

    private object TakeLong(int size)
    {
        if (size > MaxDigits)
            throw Fail($"a whole number of {size:N0} bytes is too long");
        var number = new BigInteger(Take(size));
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : new PickleInert("number");
    }

    private readonly double ParseFloat(string digits) =>
        double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Fail("a number is not valid");

    private readonly object ParseInteger(string digits)
    {
        if (digits is "00" or "01")
            return digits == "01";
        if (digits.Length <= MaxDigits
            && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number >= long.MinValue && number <= long.MaxValue ? (long)number : new PickleInert("number");
        throw Fail("a whole number is not valid");
    }

    private readonly string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Fail("a text is not valid UTF-8");
        }
    }

    /// <summary>Bytes are needed nowhere in a state dict.</summary>
    private void Bytes(int length)
    {
        Take(length);
        New(new PickleInert("bytes"));
    }

    private void Push(object? value)
    {
        if (value is not null and not bool)
            _objects++;
        _stack.Add(value);
    }

    private void New(object value) => Push(value);

    private readonly int Floor => _marks.Count > 0 ? _marks.Peek() : 0;

    private readonly object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Fail("its stack is empty");

    private readonly object? Pop() => PopArray(1)[0];

    private readonly object?[] PopArray(int count)
    {
        if (_stack.Count - count < Floor)
            throw Fail("its stack is empty");
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private readonly object?[] PopToMark()
    {
        if (!_marks.TryPop(out var mark))
            throw Fail("a mark is missing");
        var items = _stack.GetRange(mark, _stack.Count - mark).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private readonly void PopOrMark()
    {
        if (_marks.Count > 0 && _stack.Count == _marks.Peek())
            _marks.Pop();
        else
            Pop();
    }

    /// <summary>The items between the mark and the value on top, which stays.</summary>
    private readonly object?[] PopBelowTop()
    {
        var top = Pop();
        var items = PopToMark();
        _stack.Add(top);
        return items;
    }

    private readonly void AppendTo(object?[] items)
    {
        if (Peek() is List<object?> list)
            list.AddRange(items);
        else
            CheckInert(Peek());
    }

    private readonly void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
            throw Fail("a key has no value");
        if (Peek() is not PickleDictionary dictionary)
        {
            CheckInert(Peek());
            return;
        }
        for (var i = 0; i < items.Length; i += 2)
            dictionary.Set(items[i], items[i + 1]);
    }

    private readonly void CheckInert(object? value)
    {
        if (value is not PickleInert)
            throw Fail($"items are put into {Describe(value)}");
    }

    private readonly PickleGlobal Global(string module, string name) =>
        TorchGlobals.Find(module, name) ?? throw new CheckpointException(_path,
            $"The pickle asks for \"{module}.{name}\", which is not part of a state dict. Nothing was run. If you trust the file, " +
            "load it in PyTorch and save its state_dict() alone.");

    private void PushStackGlobal()
    {
        if (PopArray(2) is not [string module, string name])
            throw Fail("a name is not a text");
        Push(Global(module, name));
    }

    private readonly object? Recall(uint index) =>
        _memo.TryGetValue(index, out var value) ? value : throw Fail($"it refers to the unknown value {index}");

    private readonly uint MemoIndex(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw Fail("a memo index is not a number");

    private void Call(object?[] call)
    {
        if (call[0] is not PickleGlobal function || call[1] is not PickleTuple { Items: var arguments })
            throw Fail($"it calls {Describe(call[0])}");
        New(function.Kind switch
        {
            PickleGlobalKind.Tensor => Tensor(arguments),
            PickleGlobalKind.Parameter when arguments is [TorchTensor tensor, ..] => tensor,
            PickleGlobalKind.Dictionary => OrderedDictionary(arguments),
            PickleGlobalKind.Inert => new PickleInert(function.Name),
            _ => throw Fail($"{function.Name} has the wrong arguments"),
        });
    }

    /// <summary>
    /// Attributes of an object: those of dictionaries, parameters and inert values say nothing about weights.
    /// </summary>
    private readonly void Build(object? state)
    {
        if (Peek() is not (PickleDictionary or PickleInert or TorchTensor)
            || state is not (PickleDictionary or PickleTuple))
            throw Fail($"it sets attributes of {Describe(Peek())}");
    }

    private readonly TorchTensor Tensor(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, PickleTuple size, PickleTuple stride, ..]
            || !TryNumbers(size, out var shape) || !TryNumbers(stride, out var strides) || shape.Length != strides.Length)
        {
            throw Fail("a tensor has the wrong arguments");
        }
        return new TorchTensor(storage, offset, shape, strides);
    }

    private static bool TryNumbers(PickleTuple tuple, out long[] numbers)
    {
        numbers = tuple.Items.Length <= 64 ? [.. tuple.Items.OfType<long>()] : [];
        return numbers.Length == tuple.Items.Length;
    }

    private PickleDictionary OrderedDictionary(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments is [])
            return dictionary;
        if (arguments is not [List<object?> pairs])
            throw Fail("an OrderedDict has the wrong arguments");
        // A list may be used many times; its items count each time, so that the work is bounded.
        _objects += pairs.Count;
        if (_objects > MaxObjects)
            throw Fail(TooLarge);
        foreach (var pair in pairs)
        {
            var items = pair is List<object?> list ? list.ToArray() : (pair as PickleTuple)?.Items;
            if (items is not [var key, var value])
                throw Fail("an OrderedDict has the wrong arguments");
            dictionary.Set(key, value);
        }
        return dictionary;
    }

    private readonly TorchStorage Storage(object? id)
    {
        if (id is PickleTuple { Items: ["storage", PickleGlobal type, string key, string, long count] }
            && type.Kind == PickleGlobalKind.StorageType
            && count >= 0)
            return new TorchStorage(type.Name, key, count);
        throw Fail("a storage has the wrong arguments");
    }

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PickleGlobal global => global.Name,
        PickleInert inert => inert.What,
        _ => value.GetType().Name,
    };

    private readonly CheckpointException Fail(string message) => new(_path, $"The pickle is not valid: {message}.");
}
