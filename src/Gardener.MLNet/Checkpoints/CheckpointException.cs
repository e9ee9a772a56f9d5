namespace GardenerML.Checkpoints;

/// <summary>
/// A checkpoint cannot be used: the file is damaged, of an unknown format, or does not hold what it should.
/// </summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The file at fault.</param>
    /// <param name="message">What is wrong and what to do; the path is put in front of it.</param>
    /// <param name="innerException">What caused it.</param>
    public CheckpointException(string path, string message, Exception? innerException = null)
        : base($"{path}: {message}", innerException) => Path = path;

    /// <summary>The file at fault.</summary>
    public string Path { get; }
}
