namespace GardenerML.Checkpoints;

/// <summary>
/// A model's folder in the cache: <c>refs/{revision}</c> holds a commit, <c>snapshots/{commit}/{file}</c> links to
/// <c>blobs/{hash}</c>.
/// </summary>
internal sealed class HuggingFaceCache(string cacheFolder, string id)
{
    private const int CommitLength = 40;

    /// <summary>The folder of the model.</summary>
    public string Folder { get; } = Path.Combine(cacheFolder, "models--" + id.Replace("/", "--", StringComparison.Ordinal));

    public string SnapshotFolder(string commit) => Path.Combine(Folder, "snapshots", commit);

    public string BlobPath(RemoteFile file) => Path.Combine(Folder, "blobs", file.Hash);

    /// <summary>The snapshot of a revision if it is whole: it has a configuration and all files of weights.</summary>
    public string? FindSnapshot(string revision)
    {
        var commit = revision;
        if (!IsHash(revision, CommitLength))
        {
            var reference = ReferencePath(revision);
            if (!File.Exists(reference))
                return null;
            commit = File.ReadAllText(reference).Trim();
            if (!IsHash(commit, CommitLength))
                return null;
        }
        var folder = SnapshotFolder(commit);
        return IsThere(folder, "config.json") && HasWeights(folder) ? folder : null;
    }

    public void WriteReference(string revision, string commit)
    {
        if (IsHash(revision, CommitLength))
            return;
        var path = ReferencePath(revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>
    /// Puts a downloaded blob under its name into a snapshot: as a link, or as a copy where links are not allowed.
    /// </summary>
    public void Link(string commit, RemoteFile file)
    {
        var blob = BlobPath(file);
        var path = Path.Combine(SnapshotFolder(commit), file.Name);
        if (IsThere(SnapshotFolder(commit), file.Name))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            // A link to a blob that is gone would be in the way.
            File.Delete(path);
            File.CreateSymbolicLink(path, Path.Combine("..", "..", "blobs", file.Hash));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            AtomicFile.Write(path, stream =>
            {
                using var from = new FileStream(blob, FileMode.Open, FileAccess.Read, FileShare.Read);
                from.CopyTo(stream);
            });
        }
    }

    public static bool IsHash(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);

    private string ReferencePath(string revision) => Path.Combine([Folder, "refs", .. revision.Split('/')]);

    private static bool HasWeights(string folder)
    {
        if (IsThere(folder, "model.safetensors") || IsThere(folder, "pytorch_model.bin"))
            return true;
        var index = Path.Combine(folder, "model.safetensors.index.json");
        return IsThere(folder, "model.safetensors.index.json")
            && ShardedSafetensors.ReadIndex(index).Keys.All(shard => IsThere(folder, shard));
    }

    /// <summary>Whether a file is there and, if it is a link, what it links to.</summary>
    private static bool IsThere(string folder, string name)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        return file.Exists
            && (file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true });
    }
}
