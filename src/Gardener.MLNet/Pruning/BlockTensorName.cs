namespace GardenerML.Pruning;

/// <summary>The name of a tensor of a block.</summary>
/// <param name="Name">The whole name.</param>
/// <param name="Before">What stands before the block's number.</param>
/// <param name="After">What stands behind it.</param>
internal sealed record BlockTensorName(string Name, string Before, string After)
{
    /// <summary>The name in the block of another number.</summary>
    public string In(int block) => $"{Before}{block}{After}";
}
