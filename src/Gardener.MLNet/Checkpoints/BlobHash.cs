using System.Security.Cryptography;

namespace GardenerML.Checkpoints;

/// <summary>The hashes by which the Hub names files.</summary>
internal static class BlobHash
{
    /// <summary>
    /// Whether a file has a hash: SHA-256 of its bytes if that has 64 digits, else git's SHA-1 of "blob", length and bytes.
    /// </summary>
    public static async Task<bool> MatchesAsync(Stream file, string hash, CancellationToken cancellationToken)
    {
        using var hasher = IncrementalHash.CreateHash(hash.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (hash.Length != 64)
            hasher.AppendData(System.Text.Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
        file.Seek(0, SeekOrigin.Begin);
        var buffer = new byte[1 << 17];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            hasher.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(hasher.GetHashAndReset()) == hash;
    }
}
