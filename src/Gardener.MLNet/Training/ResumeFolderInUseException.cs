namespace GardenerML.Training;

/// <summary>Another run uses a resume folder; it may be free another time.</summary>
internal sealed class ResumeFolderInUseException(string message, Exception? inner = null) : IOException(message, inner);
