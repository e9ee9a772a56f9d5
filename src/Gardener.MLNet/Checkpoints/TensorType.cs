namespace GardenerML.Checkpoints;

/// <summary>Type of the numbers that a checkpoint stores for a tensor.</summary>
public enum TensorType
{
    /// <summary>32-bit IEEE floating point.</summary>
    Float32,

    /// <summary>16-bit IEEE floating point.</summary>
    Float16,

    /// <summary>The upper 16 bits of a 32-bit floating-point number.</summary>
    BFloat16,

    /// <summary>64-bit IEEE floating point.</summary>
    Float64,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>
    /// Another type; such a tensor is listed, but its numbers cannot be read. <see cref="StoredTensor.TypeName"/> tells
    /// which.
    /// </summary>
    Other,
}
