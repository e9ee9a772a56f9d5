using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using GardenerML.Checkpoints;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Files of torch.save: numbers in every layout, and nothing but numbers.</summary>
[TestClass]
public sealed class PyTorchFileTests
{
    private static readonly Dictionary<string, byte[]> Storages = new()
    {
        ["0"] = Floats([.. Enumerable.Range(0, 12).Select(i => (float)i)]),
        ["1"] = Floats(100, 101, 102, 103),
    };

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    [DataRow(5)]
    public void Every_protocol_and_strided_transposed_and_shared_storages_are_read(int protocol)
    {
        using var file = Open(PickleBuilder.Zip(PythonPickles.Protocol(protocol), Storages));

        AssertNumbers(file, "whole", [3, 4], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        AssertNumbers(file, "transposed", [4, 3], 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        AssertNumbers(file, "tail", [4], 8, 9, 10, 11);
        AssertNumbers(file, "column", [3], 1, 5, 9);
        AssertNumbers(file, "scalar", [], 102);
        CollectionAssert.AreEquivalent(new[] { "epoch", "args", "frozen", "long" }, file.OtherEntries.ToArray());
        file.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => file.Tensors["column"].Bytes.Length);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("model")]
    [DataRow("module")]
    [DataRow("state_dict")]
    public void The_state_dict_is_the_file_or_an_entry_of_it(string? under)
    {
        using var file = Open(PickleBuilder.Zip(PickleBuilder.StateDict(under, PickleBuilder.Tensor("a", "FloatStorage", "1", 4, 0, [4], [1])), Storages));

        AssertNumbers(file, "a", [4], 100, 101, 102, 103);
    }

    [TestMethod]
    public void Any_permutation_of_dimensions_gives_the_numbers_of_plain_index_arithmetic()
    {
        Gen.Select(Gen.Int[1, 4].Array[1, 4], Gen.Int).Sample((sizes, seed) =>
        {
            var count = sizes.Aggregate(1, (product, size) => product * size);
            var order = Enumerable.Range(0, sizes.Length).ToArray();
            new Random(seed).Shuffle(order);
            var strides = new long[sizes.Length];
            var step = 1L;
            foreach (var dimension in order)
            {
                strides[dimension] = step;
                step *= sizes[dimension];
            }
            var numbers = Enumerable.Range(0, count + 3).Select(i => (float)i).ToArray();
            var pickle = PickleBuilder.StateDict(
                null, PickleBuilder.Tensor("a", "FloatStorage", "0", count + 3, 3, [.. sizes.Select(size => (long)size)], strides));
            using var file = Open(PickleBuilder.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = Floats(numbers) }));

            var expected = new List<float>();
            for (var flat = 0; flat < count; flat++)
            {
                long offset = 3, rest = flat;
                for (var dimension = sizes.Length - 1; dimension >= 0; dimension--)
                {
                    offset += rest % sizes[dimension] * strides[dimension];
                    rest /= sizes[dimension];
                }
                expected.Add(numbers[offset]);
            }
            CollectionAssert.AreEqual(expected, MemoryMarshal.Cast<byte, float>(file.Tensors["a"].Bytes).ToArray());
        }, iter: 200, threads: 1);
    }

    [TestMethod]
    [DataRow("os", "system")]
    [DataRow("builtins", "eval")]
    [DataRow("posix", "system")]
    [DataRow("torch", "load")]
    [DataRow("torch._utils", "_rebuild_tensor_v3")]
    [DataRow("collections", "OrderedDict.fromkeys")]
    public void A_name_that_state_dicts_do_not_need_is_refused_before_anything_else(string module, string name)
    {
        var pickle = new PickleBuilder().Global(module, name).Raw('(').Text("echo").Raw('t', 'R', '.').ToArray();
        var error = Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBuilder.Zip(pickle, Storages)));
        StringAssert.Contains(error.Message, $"\"{module}.{name}\"");
        StringAssert.Contains(error.Message, "Nothing was run");

        byte[] stackGlobal = [0x80, 4, 0x8c, (byte)module.Length, .. Encoding.ASCII.GetBytes(module), 0x8c, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0x93, (byte)'.'];
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => PickleReader.Read(stackGlobal, "x")).Message, $"\"{module}.{name}\"");
    }

    [TestMethod]
    [DataRow("FloatStorage", 12, 0, new long[] { 13 }, new long[] { 1 }, "beyond its storage")]
    [DataRow("FloatStorage", 12, 1, new long[] { 12 }, new long[] { 1 }, "beyond its storage")]
    [DataRow("FloatStorage", 12, 0, new long[] { 3, 4 }, new long[] { 4, 2 }, "beyond its storage")]
    [DataRow("FloatStorage", 12, 0, new long[] { 1000000 }, new long[] { 0 }, "beyond its storage")]
    [DataRow("FloatStorage", 12, -1, new long[] { 2 }, new long[] { 1 }, "impossible")]
    [DataRow("FloatStorage", 12, 3, new long[] { 2 }, new long[] { -1 }, "impossible")]
    [DataRow("FloatStorage", 12, 0, new long[] { -2 }, new long[] { 1 }, "impossible")]
    [DataRow("FloatStorage", 12, 0, new long[] { 1L << 40, 1L << 40 }, new long[] { 0, 0 }, "impossible")]
    [DataRow("FloatStorage", 12, 0, new long[] { 2, 2 }, new long[] { long.MaxValue, long.MaxValue }, "beyond its storage")]
    [DataRow("FloatStorage", 13, 0, new long[] { 2 }, new long[] { 1 }, "48 bytes are there")]
    [DataRow("DoubleStorage", 12, 0, new long[] { 2 }, new long[] { 1 }, "48 bytes are there")]
    [DataRow("FloatStorage", -1, 0, new long[] { 2 }, new long[] { 1 }, "wrong arguments")]
    [DataRow("FloatStorage", 12, 0, new long[] { 2 }, new long[] { 1, 1 }, "wrong arguments")]
    public void Tensors_that_do_not_fit_their_storage_are_refused(
        string type, long count, long offset, long[] shape, long[] strides, string expected)
    {
        var pickle = PickleBuilder.StateDict("model", PickleBuilder.Tensor("a", type, "0", count, offset, shape, strides));

        var error = Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBuilder.Zip(pickle, Storages)));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void Files_that_cannot_be_read_say_why_and_what_to_do()
    {
        var good = PickleBuilder.StateDict("model", PickleBuilder.Tensor("a", "FloatStorage", "0", 12, 0, [12], [1]));

        StringAssert.Contains(Fault(PickleBuilder.Zip(good, Storages, byteOrder: "big")), "big endian");
        StringAssert.Contains(Fault(PickleBuilder.Zip(good, Storages, compressed: true)), "compressed");
        StringAssert.Contains(Fault(PickleBuilder.Zip(good, new Dictionary<string, byte[]>())), "data/0");
        StringAssert.Contains(Fault(PickleBuilder.Zip(good, Storages, root: "")), "data.pkl");
        StringAssert.Contains(Fault(PickleBuilder.Zip(good, Storages)[..^100]), "not whole");
        StringAssert.Contains(Fault(PickleBuilder.Zip(PickleBuilder.StateDict("weights"), Storages)), "It holds: weights");
        StringAssert.Contains(
            Fault([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]), "torch.save(torch.load(");
        StringAssert.Contains(Fault([1, 2, 3]), "Not a file");
        var other = PickleBuilder.StateDict("model", PickleBuilder.Tensor("a", "IntStorage", "0", 12, 0, [12], [1]));
        using var file = Open(PickleBuilder.Zip(other, Storages));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => file.Tensors["a"].Bytes.Length).Message, "IntStorage");

        static string Fault(byte[] bytes) => Assert.ThrowsExactly<CheckpointException>(() => Open(bytes)).Message;
    }

    [TestMethod]
    [DataRow(new byte[] { 0x80, 2, (byte)'.' }, "stack is empty")]
    [DataRow(new byte[] { 0x80, 1, (byte)'N', (byte)'.' }, "protocol 1")]
    [DataRow(new byte[] { 0x80, 2, (byte)'N' }, "ends too early")]
    [DataRow(new byte[] { 0x80, 2, (byte)'t', (byte)'.' }, "mark")]
    [DataRow(new byte[] { 0x80, 2, (byte)'h', 7, (byte)'.' }, "unknown value 7")]
    [DataRow(new byte[] { 0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0x7f }, "too long")]
    [DataRow(new byte[] { 0x80, 2, 0x8b, 0xff, 0xff, 0xff, 0xff }, "ends too early")]
    [DataRow(new byte[] { 0x80, 4, 0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "ends too early")]
    [DataRow(new byte[] { 0x80, 2, (byte)'i' }, "0x69")]
    [DataRow(new byte[] { 0x80, 2, (byte)'N', (byte)'N', (byte)'a', (byte)'.' }, "put into None")]
    [DataRow(new byte[] { 0x80, 2, (byte)'N', (byte)')', (byte)'R', (byte)'.' }, "calls None")]
    [DataRow(new byte[] { 0x80, 2, (byte)'X', 1, 0, 0, 0, 0xff, (byte)'.' }, "UTF-8")]
    [DataRow(new byte[] { 0x80, 2, (byte)'}', (byte)'(', (byte)'N', (byte)'u', (byte)'.' }, "no value")]
    public void Damaged_pickles_are_refused(byte[] pickle, string expected) =>
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => PickleReader.Read(pickle, "x")).Message, expected);

    [TestMethod]
    public void Pickles_that_grow_without_end_are_stopped()
    {
        var marks = new byte[3 << 20];
        Array.Fill(marks, (byte)'(');
        var dictionaries = new byte[3 << 20];
        Array.Fill(dictionaries, (byte)'}');
        // A long list, made into a dictionary again and again.
        var again = new PickleBuilder().Raw(']', 'q', 0, '(');
        for (var i = 0; i < 100_000; i++)
            again.Raw(')', ')', 0x86);
        again.Raw('e', '0').Global("collections", "OrderedDict").Raw('q', 1, '0');
        for (var i = 0; i < 100_000; i++)
            again.Raw('h', 1, 'h', 0, 0x85, 'R', '0');

        foreach (var pickle in (byte[][])[[0x80, 2, .. marks], [0x80, 2, .. dictionaries], again.ToArray()])
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => PickleReader.Read(pickle, "x")).Message, "larger than any");
    }

    [TestMethod]
    public void Reference_files_have_zip64_directories()
    {
        // What Open reads in the tests of all formats is therefore zip64, too.
        var locator = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064b50);

        Assert.AreNotEqual(-1, File.ReadAllBytes(ReferenceData.Golden("tiny-a", "finetuned.pth")).AsSpan().IndexOf(locator));
    }

    private static PyTorchFile Open(byte[] bytes) => PyTorchFile.Open(ByteSource.Pin(bytes), "x.pth");

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static void AssertNumbers(PyTorchFile file, string name, long[] shape, params float[] expected)
    {
        CollectionAssert.AreEqual(shape, file.Tensors[name].Shape.ToArray());
        CollectionAssert.AreEqual(expected, MemoryMarshal.Cast<byte, float>(file.Tensors[name].Bytes).ToArray());
    }
}
