namespace GardenerML.Samples.Reproduction;

/// <summary>The checkpoint that is pruned where none is named.</summary>
internal static class DefaultCheckpoint
{
    /// <summary>A path or the id of a Hugging Face model; null while there is none, and one must be named.</summary>
    public static string? Location => null;
}
