using GardenerML.VideoMae;

namespace GardenerML.Checkpoints;

/// <summary>What the shapes of the tensors tell about the geometry of the model.</summary>
internal static class ConfigurationInference
{
    /// <summary>
    /// The geometry by the tensors' shapes. Image size, frames, heads and epsilons, which shapes do not tell, have the defaults
    /// that <see cref="VideoMaeCheckpointOptions"/> names; a head count that cannot be guessed is 0.
    /// </summary>
    public static VideoMaeConfiguration FromShapes(CheckpointContents contents, string path)
    {
        if (Find(contents, "patch_embed.proj.weight", 5) is not [var width, 3, var tubelet, var patch, var patchWidth]
            || width is < 1 or > 1 << 20 || tubelet is < 1 or > 1 << 20 || patch is < 1 or > 1 << 20 || patch != patchWidth)
        {
            throw new CheckpointException(path, "The patch embedding must be of shape [width, 3, tubelet, patch, patch]; found " +
                (contents.Tensors.TryGetValue("patch_embed.proj.weight", out var found)
                    ? TensorTypes.Format(found.Shape)
                    : "none") +
                Hint(contents));
        }
        var blocks = contents.BlockCount("blocks.");
        if (blocks == 0)
            throw new CheckpointException(path, "No transformer block found." + Hint(contents));
        var hidden = contents.Tensors
            .Where(pair => pair.Key.StartsWith("blocks.", StringComparison.Ordinal)
                && pair.Key.EndsWith(".mlp.fc1.weight", StringComparison.Ordinal) && pair.Value.Shape.Count == 2)
            .Select(pair => pair.Value.Shape[0])
            .FirstOrDefault();
        if (hidden is < 1 or > 1 << 20)
            throw new CheckpointException(
                path, "No block has a matrix mlp.fc1.weight, which tells the width of the MLP.");
        var epsilon = contents.HuggingFace ? 1e-12 : 1e-6;
        return new VideoMaeConfiguration
        {
            Width = (int)width,
            TubeletSize = (int)tubelet,
            PatchSize = (int)patch,
            BlockCount = blocks,
            MlpWidth = (int)hidden,
            HeadCount = GuessHeads((int)width),
            QueryValueBias = contents.AnyBlockHas(".attn.q_bias") || contents.AnyBlockHas(".attn.v_bias"),
            LayerNormEpsilon = epsilon,
            FinalNormEpsilon = epsilon,
        };
    }

    /// <summary>Whether a configuration says of the geometry what the shapes say.</summary>
    public static bool Agree(VideoMaeConfiguration configuration, VideoMaeConfiguration shapes) =>
        configuration.Width == shapes.Width
        && configuration.BlockCount == shapes.BlockCount
        && configuration.MlpWidth == shapes.MlpWidth
        && configuration.PatchSize == shapes.PatchSize
        && configuration.TubeletSize == shapes.TubeletSize
        && configuration.QueryValueBias == shapes.QueryValueBias;

    private static int GuessHeads(int width) => width switch
    {
        1280 or 1408 => 16,
        _ => width % 64 == 0 ? width / 64 : 0,
    };

    private static IReadOnlyList<long>? Find(CheckpointContents contents, string name, int rank) =>
        contents.Tensors.TryGetValue(name, out var tensor) && tensor.Shape.Count == rank ? tensor.Shape : null;

    private static string Hint(CheckpointContents contents) =>
        contents.Unknown.Count == 0
            ? ". Is this a VideoMAE checkpoint?"
            : ". Is this a VideoMAE checkpoint? Among its tensors: " +
                $"{string.Join(", ", contents.Unknown.Take(5).Select(tensor => tensor.Name))}.";
}
