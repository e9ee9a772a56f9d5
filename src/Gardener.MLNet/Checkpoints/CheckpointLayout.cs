namespace GardenerML.Checkpoints;

/// <summary>How <see cref="VideoMaeCheckpointWriter"/> stores a checkpoint.</summary>
public enum CheckpointLayout
{
    /// <summary>
    /// A Hugging Face folder that transformers 4 loads: config.json, preprocessor_config.json and model.safetensors, with
    /// attention biases named q_bias and v_bias as in all published VideoMAE checkpoints.
    /// </summary>
    HuggingFace,

    /// <summary>
    /// As <see cref="HuggingFace"/>, with the attention biases named query.bias and value.bias as transformers 5 wants
    /// them.
    /// </summary>
    HuggingFaceV5,

    /// <summary>
    /// One safetensors file with MCG-NJU's names, those of its .pth files; the configuration is in the file's metadata.
    /// </summary>
    SingleFile,
}
