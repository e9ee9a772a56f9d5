namespace GardenerML.Checkpoints;

/// <summary>What a checkpoint was made for.</summary>
public enum CheckpointKind
{
    /// <summary>Classification: encoder, final norm and head.</summary>
    Classifier,

    /// <summary>Masked pretraining: encoder and all or a part of the decoder.</summary>
    Pretraining,

    /// <summary>An encoder alone.</summary>
    Encoder,
}
