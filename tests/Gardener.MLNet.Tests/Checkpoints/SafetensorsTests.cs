using System.Buffers.Binary;
using System.Text;
using CsCheck;
using GardenerML.Checkpoints;

namespace GardenerML.Tests.Checkpoints;

/// <summary>The safetensors format: what is written comes back, and what breaks the format's rules is refused by name.</summary>
[TestClass]
public sealed class SafetensorsTests
{
    private static readonly TensorType[] Types =
        [TensorType.Float32, TensorType.Float16, TensorType.BFloat16, TensorType.Float64, TensorType.Int64];

    private static readonly Gen<TensorContent[]> Tensors =
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 8], Gen.Int[0, 4].Select(index => Types[index]), Gen.Long[0, 5].Array[0, 3], Gen.Int)
            .Select((name, type, shape, seed) => Random(name, type, shape, seed))
            .Array[0, 6]
            .Select(tensors => tensors.DistinctBy(tensor => tensor.Name).ToArray());

    [TestMethod]
    public void Any_tensors_come_back_from_file_stream_and_memory()
    {
        using var folder = new TemporaryFolder();
        Gen.Select(Tensors, Gen.String[0, 10].Where(text => !text.Any(char.IsSurrogate))).Sample((tensors, note) =>
        {
            var path = folder.File($"{Guid.NewGuid():N}.safetensors");
            SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["note"] = note });
            var bytes = File.ReadAllBytes(path);
            using var stream = new MemoryStream([.. bytes, 1, 2, 3]);
            using var fromFile = SafetensorsFile.Open(path);
            using var fromMemory = SafetensorsFile.Open(bytes, "memory");
            using var fromStream = SafetensorsFile.Read(stream, "stream");

            Assert.AreEqual(bytes.Length, stream.Position, "more than the file was taken from the stream");
            foreach (var file in (SafetensorsFile[])[fromFile, fromMemory, fromStream])
            {
                Assert.AreEqual(note, file.Metadata["note"]);
                Assert.HasCount(tensors.Length, file.Tensors);
                foreach (var tensor in tensors)
                {
                    CollectionAssert.AreEqual(TinyModel.Bytes(tensor), file.Tensors[tensor.Name].Bytes.ToArray());
                    CollectionAssert.AreEqual(tensor.Shape.ToArray(), file.Tensors[tensor.Name].Shape.ToArray());
                    Assert.AreEqual(tensor.Type, file.Tensors[tensor.Name].Type);
                }
            }
        }, iter: 200, threads: 1);
    }

    [TestMethod]
    public void Tensors_are_aligned_to_their_elements_and_data_to_64_bytes()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [Random("a", TensorType.Float16, [3], 1), Random("b", TensorType.Float64, [1], 2), Random("c", TensorType.Float32, [5], 3)]);

        var header = BinaryPrimitives.ReadInt64LittleEndian(stream.ToArray());
        Assert.AreEqual(0, (header + 8) % 64);
        StringAssert.Contains(Encoding.UTF8.GetString(stream.ToArray(), 8, (int)header), "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}");
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "hole")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "ascending")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "two numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not fill")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "describes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "describes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [DataRow("""{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers")]
    [DataRow("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "F31")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 4, "twice")]
    [DataRow("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "repeated")]
    [DataRow("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "must have dtype")]
    [DataRow("""{"a":7}""", 0, "must be an object")]
    [DataRow("""{"__metadata__":{"a":7}}""", 0, "must be a text")]
    [DataRow("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "not valid")]
    [DataRow("""[]""", 0, "begin")]
    [DataRow("""{}{}""", 0, "not valid")]
    [DataRow("""{""", 0, "cannot hold")]
    [DataRow("""{"a":""", 0, "not valid")]
    public void Headers_that_break_the_rules_are_refused(string header, int dataLength, string expected)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(Make(header, dataLength), "x.safetensors"));

        StringAssert.Contains(error.Message, expected);
        StringAssert.StartsWith(error.Message, "x.safetensors: ");
    }

    [TestMethod]
    public void A_header_longer_than_allowed_or_than_the_file_is_refused()
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 100_000_001);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(bytes, "x")).Message, "100,000,000");
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 57);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(bytes, "x")).Message, "not whole");
        Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(new byte[7], "x"));
    }

    [TestMethod]
    public void An_empty_file_is_refused_and_a_missing_one_not_found()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("empty"), []);

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(folder.File("empty"))).Message, "empty");
        Assert.ThrowsExactly<FileNotFoundException>(() => SafetensorsFile.Open(folder.File("none")));
    }

    [TestMethod]
    public void A_stream_that_announces_more_than_it_holds_costs_no_memory()
    {
        const string Header = """{"a":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}""";
        using var stream = new MemoryStream(Make(Header, 100));

        var error = Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Read(stream, "x"));

        StringAssert.Contains(error.Message, "ends after 100 of 1,000,000,000,000 bytes");
    }

    [TestMethod]
    public void Other_types_are_listed_and_refused_when_read()
    {
        using var file = SafetensorsFile.Open(Make("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", 3), "x");

        Assert.AreEqual("a U8 [3]", file.Tensors["a"].ToString());
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => file.Tensors["a"].Bytes.Length).Message, "U8");
    }

    [TestMethod]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = TinyModel.Write(folder.Path, [TinyModel.Tensor("a", [1], 1)]);
        var before = File.ReadAllBytes(path);
        TensorContent tooShort = TinyModel.Tensor("b", [1], 2);
        TensorContent tooLong = TinyModel.Tensor("b", [1, 2], 1);

        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [tooShort]));
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [tooLong]));
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [tooLong with { Name = "__metadata__" }]));
        Assert.ThrowsExactly<ArgumentException>(() => SafetensorsWriter.Write(path, [TinyModel.Tensor("a", [1], 1), TinyModel.Tensor("a", [1], 1)]));

        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void A_file_beyond_two_gigabytes_is_read_in_place()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("large");
        const long Half = 3L << 29;
        var header = $$$"""{"a":{"dtype":"F32","shape":[{{{Half / 4}}}],"data_offsets":[0,{{{Half}}}]},"b":{"dtype":"F32","shape":[{{{Half / 4}}}],"data_offsets":[{{{Half}}},{{{2 * Half}}}]}}""";
        using (var stream = File.Create(path))
        {
            if (OperatingSystem.IsWindows() && new DriveInfo(folder.Path).AvailableFreeSpace < 3 * Half)
                Assert.Inconclusive("Not enough disk space for a file that is not sparse here.");
            stream.Write(Make(header, 0));
            stream.SetLength(stream.Length + 2 * Half);
            stream.Seek(-4, SeekOrigin.End);
            stream.Write(BitConverter.GetBytes(1.5f));
        }

        using var file = SafetensorsFile.Open(path);

        Assert.AreEqual(1.5f, BitConverter.ToSingle(file.Tensors["b"].Bytes[^4..]));
        Assert.AreEqual(0, file.Tensors["a"].Bytes[^1]);
    }

    internal static byte[] Make(string header, int dataLength)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        return bytes;
    }

    private static TensorContent Random(string name, TensorType type, long[] shape, int seed)
    {
        var bytes = new byte[shape.Aggregate(1L, (product, size) => product * size) * type.Size()];
        new Random(seed).NextBytes(bytes);
        return new TensorContent(name, type, shape, stream => stream.Write(bytes));
    }
}
