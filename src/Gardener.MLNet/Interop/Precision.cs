namespace GardenerML;

/// <summary>Type of the numbers that a model computes its matrix products in.</summary>
public enum Precision
{
    /// <summary>Whichever of the two is faster on the device, by a short measurement.</summary>
    Auto,

    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>16 bits, with the range of single precision and 8 bits of mantissa.</summary>
    BFloat16,
}
