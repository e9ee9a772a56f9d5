using System.IO.Hashing;
using System.Text;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// Tells checkpoints apart by their weights: XXH128 over name, type, shape and every byte of each tensor. It recognises
/// changed weights; it is no protection against forgery.
/// </summary>
internal static class WeightsHash
{
    private delegate void AppendBytes(XxHash128 hash);

    /// <summary>The same for the same weights, whatever layout of files they are stored in.</summary>
    public static string Of(VideoMaeCheckpoint checkpoint) => Combine(
        [.. checkpoint.Encoder.Concat(checkpoint.Decoder).Select(pair => (Describe(pair.Key, pair.Value.Type.ToString(), pair.Value.Shape), (AppendBytes)(hash =>
        {
            foreach (var part in pair.Value.Parts)
                hash.Append(part.Bytes);
        })))]);

    /// <summary>The hash of all tensors of a file.</summary>
    public static string Of(RawSafetensors file) => Combine(
        [.. file.Entries.Select(entry => (Describe(entry.Name, entry.TypeName, entry.Shape), (AppendBytes)(hash =>
            file.Read(entry, hash.Append))))]);

    private static string Describe(string name, string type, IEnumerable<long> shape) =>
        $"{name} {type} {TensorTypes.Format(shape)}";

    private static string Combine((string Description, AppendBytes Append)[] tensors)
    {
        Array.Sort(tensors, (a, b) => string.CompareOrdinal(a.Description, b.Description));
        var hashes = new byte[tensors.Length][];
        Parallel.For(0, tensors.Length, i =>
        {
            var hash = new XxHash128();
            tensors[i].Append(hash);
            hashes[i] = hash.GetCurrentHash();
        });
        var all = new XxHash128();
        for (var i = 0; i < tensors.Length; i++)
        {
            all.Append(Encoding.UTF8.GetBytes(tensors[i].Description));
            all.Append(hashes[i]);
        }
        return $"xxh128:{Convert.ToHexStringLower(all.GetCurrentHash())}";
    }
}
