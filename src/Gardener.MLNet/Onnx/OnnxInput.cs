namespace GardenerML.Onnx;

/// <summary>What an exported model takes.</summary>
public enum OnnxInput
{
    /// <summary>
    /// Normalised pixels, float [batch, 3, frames, height, width]: scaled to [0, 1], less the mean, divided by the standard
    /// deviation of the model's configuration.
    /// </summary>
    Clip,

    /// <summary>Decoded frames, uint8 [batch, frames, height, width, 3], RGB; the model normalises them itself.</summary>
    Frames,
}
