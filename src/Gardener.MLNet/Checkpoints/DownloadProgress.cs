namespace GardenerML.Checkpoints;

/// <summary>How far the download of a file is.</summary>
/// <param name="File">The file's name in the repository.</param>
/// <param name="Received">Bytes that are here, those of an earlier, interrupted download included.</param>
/// <param name="Total">Bytes of the whole file.</param>
public readonly record struct DownloadProgress(string File, long Received, long Total);
