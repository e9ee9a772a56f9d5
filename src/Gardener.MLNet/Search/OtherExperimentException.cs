namespace GardenerML.Search;

/// <summary>
/// A machine cannot run a trial, as it has another checkpoint, other clips or another recipe than the experiment. The trial has not begun;
/// another machine may run it.
/// </summary>
/// <param name="message">What differs.</param>
/// <param name="innerException">What caused it.</param>
public sealed class OtherExperimentException(string message, Exception? innerException = null)
    : InvalidOperationException(message, innerException);
