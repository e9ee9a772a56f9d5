namespace GardenerML.Training;

/// <content>Checks.</content>
public sealed partial record VideoClassifierOptions
{
    /// <inheritdoc/>
    internal override void Validate()
    {
        base.Validate();
        Require.NotEmpty(LabelColumnName, nameof(LabelColumnName));
        Require.NotEmpty(ScoreColumnName, nameof(ScoreColumnName));
        Require.NotEmpty(PredictedLabelColumnName, nameof(PredictedLabelColumnName));
        if (ScoreColumnName == PredictedLabelColumnName)
            throw new ArgumentException(
                $"{nameof(ScoreColumnName)} and {nameof(PredictedLabelColumnName)} are both '{ScoreColumnName}'; they must differ.");
        if (!Enum.IsDefined(ScoringPrecision))
            throw new ArgumentException($"{nameof(ScoringPrecision)} is {ScoringPrecision}; it must be Auto, Float32 or BFloat16.");
        Require.Share(LabelSmoothing, nameof(LabelSmoothing));
        Require.Share(HeadDropout, nameof(HeadDropout));
        Require.Share(DropPath, nameof(DropPath));
        if (!(LayerDecay > 0 && LayerDecay <= 1))
            throw new ArgumentException($"{nameof(LayerDecay)} is {LayerDecay}; it must be in (0, 1].");
        Require.AtLeast(FrozenBlocks, 0, nameof(FrozenBlocks));
        if (ClassWeights is null)
            throw new ArgumentException($"{nameof(ClassWeights)} is null; it must be ClassWeighting.Equal, Balanced or Explicit.");
    }
}
