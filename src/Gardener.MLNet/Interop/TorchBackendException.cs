namespace GardenerML;

/// <summary>The native part of TorchSharp cannot be used as asked: it does not load, or the device is not there.</summary>
/// <param name="message">What was found and what to do.</param>
/// <param name="innerException">What the loader said.</param>
public sealed class TorchBackendException(string message, Exception? innerException = null)
    : InvalidOperationException(message, innerException);
