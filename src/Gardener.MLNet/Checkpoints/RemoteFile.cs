namespace GardenerML.Checkpoints;

/// <summary>A file of a repository, as the server describes it.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Commit">The commit that the revision stands for.</param>
/// <param name="Hash">SHA-256 (64 digits) of a large file, git's SHA-1 (40 digits) of a small one; lower case.</param>
/// <param name="Length">Its bytes.</param>
internal sealed record RemoteFile(string Name, string Commit, string Hash, long Length);
