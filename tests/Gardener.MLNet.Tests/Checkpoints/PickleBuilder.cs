using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Writes pickles of protocol 2 instruction by instruction, and the zip files around them.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    public PickleBuilder() => Raw(0x80, 2);

    /// <summary>A pickle of a state dict, bare or under a name.</summary>
    public static byte[] StateDict(string? under, params Action<PickleBuilder>[] entries)
    {
        var builder = new PickleBuilder();
        if (under is not null)
            builder.Raw('}').Text(under);
        builder.Raw('}', '(');
        foreach (var entry in entries)
            entry(builder);
        builder.Raw('u');
        if (under is not null)
            builder.Raw('s');
        return builder.Raw('.').ToArray();
    }

    /// <summary>A name and a tensor in a storage.</summary>
    public static Action<PickleBuilder> Tensor(
        string name, string storageType, string key, long count, long offset, long[] shape, long[] strides) => builder => builder
        .Text(name)
        .Global("torch._utils", "_rebuild_tensor_v2")
        .Raw('(', '(').Text("storage").Global("torch", storageType).Text(key).Text("cpu").Number(count).Raw('t', 'Q')
        .Number(offset).Tuple(shape).Tuple(strides).Raw(0x89).Global("collections", "OrderedDict").Raw(')', 'R')
        .Raw('t', 'R');

    /// <summary>A file as torch.save makes it, its numbers stored without compression unless told.</summary>
    public static byte[] Zip(
        byte[] pickle, IReadOnlyDictionary<string, byte[]> storages, string byteOrder = "little", bool compressed = false, string root = "archive/")
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("data.pkl", pickle);
            Add("byteorder", Encoding.ASCII.GetBytes(byteOrder));
            foreach (var (key, bytes) in storages)
                Add($"data/{key}", bytes);

            void Add(string name, byte[] bytes)
            {
                using var entry = zip.CreateEntry(root + name, compressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    public PickleBuilder Raw(params int[] bytes)
    {
        foreach (var value in bytes)
            _bytes.Add((byte)value);
        return this;
    }

    public PickleBuilder Text(string text)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, Encoding.UTF8.GetByteCount(text));
        Raw('X');
        _bytes.AddRange(length);
        _bytes.AddRange(Encoding.UTF8.GetBytes(text));
        return this;
    }

    public PickleBuilder Number(long number)
    {
        Raw(0x8a, 8);
        _bytes.AddRange(BitConverter.GetBytes(number));
        return this;
    }

    public PickleBuilder Tuple(long[] numbers)
    {
        Raw('(');
        foreach (var number in numbers)
            Number(number);
        return Raw('t');
    }

    public PickleBuilder Global(string module, string name)
    {
        Raw('c');
        _bytes.AddRange(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
