using System.Globalization;
using System.Text;
using GardenerML.Checkpoints;

namespace GardenerML.Tests.Checkpoints;

/// <summary>
/// Damaged files at random: only the documented exceptions may come out. The number of damaged files a test tries is set by the
/// environment variable GARDENER_DAMAGED_FILES.
/// </summary>
[TestClass]
public sealed class DamagedFileTests
{
    private static readonly int Count =
        int.TryParse(Environment.GetEnvironmentVariable("GARDENER_DAMAGED_FILES"), CultureInfo.InvariantCulture, out var count) ? count : 3000;

    private static readonly string[] Tokens =
        ["-1", "0", "1e9", "9223372036854775807", "18446744073709551615", "\"F64\"", "\"I8\"", "null", "[]", "{}", "\"\\ud800\"", ",", "}", "]"];

    [TestMethod]
    public void Damaged_safetensors_headers()
    {
        const string Header = """{"__metadata__":{"format":"pt"},"head.bias":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"blocks.0.norm1.bias":{"dtype":"F16","shape":[2,2],"data_offsets":[16,24]}}""";
        Try(SafetensorsTests.Make(Header, 24), from: 0, (bytes, random) =>
        {
            if (random.Next(3) == 0)
                return SafetensorsTests.Make(MutateText(Header, random), 24);
            return Mutate(bytes, random);
        }, bytes =>
        {
            using var file = SafetensorsFile.Open(bytes, "x");
            ReadAll(file);
            using var stream = new MemoryStream(bytes);
            using var read = SafetensorsFile.Read(stream, "x");
            ReadAll(read);
        });
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void Damaged_pickles(int protocol)
    {
        var storages = new Dictionary<string, byte[]> { ["0"] = new byte[48], ["1"] = new byte[16] };
        Try(PythonPickles.Protocol(protocol), from: 0, Mutate, pickle =>
        {
            using var file = PyTorchFile.Open(ByteSource.Pin(PickleBuilder.Zip(pickle, storages)), "x");
            ReadAll(file);
        });
    }

    [TestMethod]
    public void Damaged_zip_directories()
    {
        var pickle = PickleBuilder.StateDict("model", PickleBuilder.Tensor("a", "FloatStorage", "0", 4, 0, [4], [1]));
        var zip = PickleBuilder.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = new byte[16] });
        Try(zip, from: zip.Length - 300, Mutate, bytes =>
        {
            using var file = PyTorchFile.Open(ByteSource.Pin(bytes), "x");
            ReadAll(file);
        });
    }

    [TestMethod]
    public void Damaged_checkpoints_and_configurations()
    {
        using var stream = new MemoryStream();
        VideoMaeCheckpointWriter.Write(stream, TinyModel.Content());
        var bytes = stream.ToArray();
        var header = BitConverter.ToInt32(bytes);
        var text = Encoding.UTF8.GetString(bytes, 8, header).TrimEnd();
        var data = bytes.AsSpan(8 + header).ToArray();
        Try(bytes, from: 0, (_, random) =>
        {
            var made = SafetensorsTests.Make(MutateText(text, random), data.Length);
            data.CopyTo(made, made.Length - data.Length);
            return made;
        }, damaged =>
        {
            using var source = new MemoryStream(damaged);
            using var checkpoint = VideoMaeCheckpoint.Read(source, "x", new VideoMaeCheckpointOptions { Strict = damaged.Length % 2 == 0 });
        }, Count / 10);
    }

    private static void Try(byte[] good, int from, Func<byte[], Random, byte[]> mutate, Action<byte[]> open, int? count = null)
    {
        open(good);
        var refused = 0;
        for (var seed = 0; seed < (count ?? Count); seed++)
        {
            var random = new Random(seed);
            var tail = mutate(good[from..], random);
            byte[] damaged = from == 0 ? tail : [.. good[..from], .. tail];
            var start = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                open(damaged);
            }
            catch (CheckpointException)
            {
                refused++;
            }
            catch (Exception error) when (error is not AssertFailedException)
            {
                Assert.Fail($"Seed {seed} gives {error}");
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - start;
            Assert.IsLessThan(64L << 20, allocated, $"Seed {seed} takes {allocated} bytes of memory.");
        }
        Assert.IsGreaterThan(0, refused);
    }

    private static void ReadAll(TensorFile file)
    {
        foreach (var tensor in file.Tensors.Values)
        {
            if (tensor.Type != TensorType.Other)
                Assert.AreEqual(tensor.ElementCount * tensor.Type.Size(), tensor.Bytes.Length);
        }
    }

    /// <summary>Changes, removes, repeats or inserts some bytes.</summary>
    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var result = bytes.ToList();
        for (var times = random.Next(1, 5); times > 0 && result.Count > 0; times--)
        {
            var at = random.Next(result.Count);
            var length = Math.Min(random.Next(1, 9), result.Count - at);
            switch (random.Next(6))
            {
                case 0: result[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: result[at] = (byte)random.Next(256); break;
                case 2: result[at] = (byte)(random.Next(2) * 255); break;
                case 3: result.RemoveRange(at, length); break;
                case 4: result.InsertRange(at, result.GetRange(at, length)); break;
                default: result.RemoveRange(at, result.Count - at); break;
            }
        }
        return [.. result];
    }

    /// <summary>Changes characters, or puts a token of JSON in the place of a number or a text.</summary>
    private static string MutateText(string text, Random random)
    {
        var result = new StringBuilder(text);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(result.Length);
            switch (random.Next(4))
            {
                case 0: result[at] = (char)random.Next(32, 127); break;
                case 1: result.Remove(at, Math.Min(random.Next(1, 6), result.Length - at)); break;
                case 2: result.Insert(at, Tokens[random.Next(Tokens.Length)]); break;
                default:
                    while (at < result.Length - 1 && !char.IsAsciiDigit(result[at]))
                        at++;
                    var end = at;
                    while (end < result.Length && char.IsAsciiDigit(result[end]))
                        end++;
                    result.Remove(at, end - at).Insert(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }
        return result.ToString();
    }
}
