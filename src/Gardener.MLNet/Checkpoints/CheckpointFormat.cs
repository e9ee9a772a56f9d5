namespace GardenerML.Checkpoints;

/// <summary>How a checkpoint is stored.</summary>
public enum CheckpointFormat
{
    /// <summary>A safetensors file, or several with an index.</summary>
    Safetensors,

    /// <summary>A file of PyTorch's <c>torch.save</c>: .pth, .pt or .bin.</summary>
    PyTorch,
}
