using System.Text.RegularExpressions;

namespace GardenerML.Checkpoints;

/// <summary>
/// Finds a model of the Hugging Face Hub in the local cache, or downloads it into it. The cache has the layout of the
/// <c>huggingface_hub</c> Python package (blobs, snapshots, refs), and what either program downloaded the other uses.
/// </summary>
public static partial class HuggingFaceHub
{
    private static readonly string[] OptionalFiles = ["preprocessor_config.json"];

    /// <summary>A text with one of these ends is a mistyped path, for which the server must not be asked.</summary>
    private static readonly string[] FileExtensions = [".safetensors", ".pth", ".pt", ".bin", ".zip", ".json"];

    /// <summary>Whether a text has the form of an id: owner/name, without the extension of a checkpoint file.</summary>
    /// <param name="text">The text.</param>
    public static bool IsId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IdPattern().IsMatch(text)
            && !text.Contains("..", StringComparison.Ordinal)
            && !text.Contains("--", StringComparison.Ordinal)
            && !FileExtensions.Any(extension => text.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// The folder with config.json and weights of a model. Taken from the cache without asking the server if it is there;
    /// else downloaded: a broken download is resumed, size and hash are verified, and only whole files get their name.
    /// </summary>
    /// <param name="id">The id, such as <c>MCG-NJU/videomae-base</c>.</param>
    /// <param name="settings">Server and cache; those of the environment if null.</param>
    /// <param name="progress">Told about each file's progress.</param>
    /// <param name="cancellationToken">Stops the download; what is there is kept for the next time.</param>
    /// <exception cref="ArgumentException">The text is not an id.</exception>
    /// <exception cref="CheckpointException">The model is not in the cache and cannot be downloaded.</exception>
    public static async Task<string> GetModelFolderAsync(
        string id,
        HuggingFaceSettings? settings = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!IsId(id))
            throw new ArgumentException($"\"{id}\" is not the id of a model; expected owner/name.", nameof(id));
        settings ??= HuggingFaceSettings.FromEnvironment();
        if (!RevisionPattern().IsMatch(settings.Revision) || settings.Revision.Contains("..", StringComparison.Ordinal))
            throw new ArgumentException($"\"{settings.Revision}\" is not a revision.", nameof(settings));
        var cache = new HuggingFaceCache(settings.CacheFolder, id);
        if (cache.FindSnapshot(settings.Revision) is { } folder)
            return folder;
        if (settings.Offline)
        {
            throw new CheckpointException(
                id,
                $"The model is not in the cache {cache.Folder}, and HF_HUB_OFFLINE forbids to download it. Name a " +
                    "folder, or download it first.");
        }
        using var client = new HuggingFaceClient(settings, id);
        return await DownloadAsync(client, cache, settings, progress, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> DownloadAsync(
        HuggingFaceClient client,
        HuggingFaceCache cache,
        HuggingFaceSettings settings,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        var configuration = await client.FindAsync(settings.Revision, "config.json", cancellationToken).ConfigureAwait(false)
            ?? throw new CheckpointException(
                client.Id, $"The repository has no config.json at revision {settings.Revision}.");
        // From here on by commit, so that all files are of one state.
        var commit = configuration.Commit;
        await FetchAsync(configuration).ConfigureAwait(false);
        foreach (var name in OptionalFiles)
            await FetchIfThereAsync(name).ConfigureAwait(false);
        if (!await FetchIfThereAsync("model.safetensors").ConfigureAwait(false)
            && !await FetchShardsAsync().ConfigureAwait(false)
            && !await FetchIfThereAsync("pytorch_model.bin").ConfigureAwait(false))
        {
            throw new CheckpointException(
                client.Id, "The repository has neither model.safetensors, nor its shards, nor pytorch_model.bin.");
        }
        cache.WriteReference(settings.Revision, commit);
        return cache.SnapshotFolder(commit);

        async Task FetchAsync(RemoteFile file)
        {
            var blob = cache.BlobPath(file);
            if (!File.Exists(blob))
                await client.DownloadAsync(file, blob, progress, cancellationToken).ConfigureAwait(false);
            cache.Link(commit, file);
        }

        async Task<bool> FetchIfThereAsync(string name)
        {
            if (await client.FindAsync(commit, name, cancellationToken).ConfigureAwait(false) is not { } file)
                return false;
            await FetchAsync(file).ConfigureAwait(false);
            return true;
        }

        async Task<bool> FetchShardsAsync()
        {
            const string Index = "model.safetensors.index.json";
            if (!await FetchIfThereAsync(Index).ConfigureAwait(false))
                return false;
            foreach (var shard in ShardedSafetensors.ReadIndex(Path.Combine(cache.SnapshotFolder(commit), Index)).Keys)
            {
                if (!await FetchIfThereAsync(shard).ConfigureAwait(false))
                    throw new CheckpointException(
                        client.Id, $"The index names the file {shard}, which the repository lacks.");
            }
            return true;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}\z")]
    private static partial Regex RevisionPattern();
}
