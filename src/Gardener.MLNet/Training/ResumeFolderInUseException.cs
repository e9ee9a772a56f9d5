namespace GardenerML.Training;

/// <summary>
/// Another run uses the folder of a training's state. Nothing has failed: the same run may be tried again when the other one has ended, as a
/// search does with a trial whose runner throws this.
/// </summary>
/// <param name="message">Which folder it is.</param>
/// <param name="innerException">What caused it.</param>
public sealed class ResumeFolderInUseException(string message, Exception? innerException = null) : IOException(message, innerException);
