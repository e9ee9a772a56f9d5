using GardenerML.Checkpoints;

namespace GardenerML.Training;

/// <content>Checks.</content>
public abstract partial record VideoTrainingOptions
{
    /// <summary>Checks every number.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal virtual void Validate()
    {
        Require.NotEmpty(VideoColumnName, nameof(VideoColumnName));
        Require.NotEmpty(GroupColumnName ?? "none", nameof(GroupColumnName));
        if (Checkpoint is not null && string.IsNullOrWhiteSpace(Checkpoint))
            throw new ArgumentException($"{nameof(Checkpoint)} is empty; it must name a file or folder, or be null.");
        Require.AtLeast(Epochs, 1, nameof(Epochs));
        Require.AtLeast(BatchSize, 1, nameof(BatchSize));
        Require.Above(LearningRate, nameof(LearningRate));
        Require.Between(MinimumLearningRate, 0, LearningRate, nameof(MinimumLearningRate));
        Require.Between(WarmupEpochs, 0, Epochs, nameof(WarmupEpochs));
        Require.NotNegative(WeightDecay, nameof(WeightDecay));
        Require.Share(Beta1, nameof(Beta1));
        Require.Share(Beta2, nameof(Beta2));
        Require.NotNegative(GradientClipping, nameof(GradientClipping));
        Require.Share(WeightAveraging, nameof(WeightAveraging));
        Require.AtLeast(RepeatedSamples, 1, nameof(RepeatedSamples));
        if (Augmentation is null)
            throw new ArgumentException($"{nameof(Augmentation)} is null; it must be ClipAugmentation.None or another.");
        Augmentation.Validate();
        ValidateHeldOut();
        ValidateRun();
        if (SavedWeightType is not (TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16))
            throw new ArgumentException($"{nameof(SavedWeightType)} is {SavedWeightType}; it must be Float32, Float16 or BFloat16.");
        // The data brings its own frames and image size, whatever stands here.
        if (NewModel is { } geometry)
            (geometry with { ImageSize = Math.Max(1, geometry.PatchSize), FrameCount = Math.Max(1, geometry.TubeletSize), ClassCount = 0 })
                .Validate();
    }

    private void ValidateHeldOut()
    {
        Require.Share(ValidationFraction, nameof(ValidationFraction));
        Require.AtLeast(EarlyStoppingPatience ?? 1, 1, nameof(EarlyStoppingPatience));
        if (ReturnsBest && ValidationSet is null && ValidationFraction == 0)
            throw new ArgumentException(
                $"{(KeepBestWeights ? nameof(KeepBestWeights) : nameof(EarlyStoppingPatience))} needs validation clips; set "
                + $"{nameof(ValidationSet)} or {nameof(ValidationFraction)}.");
    }

    private void ValidateRun()
    {
        Require.AtLeast(FrameCacheBytes, 0, nameof(FrameCacheBytes));
        Require.AtLeast(DecodingThreads ?? 1, 1, nameof(DecodingThreads));
        Require.AtLeast(ScoringBatchSize, 1, nameof(ScoringBatchSize));
        if (!Enum.IsDefined(Precision))
            throw new ArgumentException($"{nameof(Precision)} is {Precision}; it must be Auto, Float32 or BFloat16.");
        Require.AtLeast(MicroBatchSize ?? 1, 1, nameof(MicroBatchSize));
        Require.AtLeast(SaveEverySteps ?? 1, 1, nameof(SaveEverySteps));
        if (SaveInterval is { } interval && interval <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(SaveInterval)} is {interval}; it must be above 0, or null.");
        NotBlank(ResumeFolder, nameof(ResumeFolder));
        NotBlank(LogFolder, nameof(LogFolder));

        static void NotBlank(string? folder, string option)
        {
            if (folder is not null && string.IsNullOrWhiteSpace(folder))
                throw new ArgumentException($"{option} is empty; it must name a folder, or be null.");
        }
    }
}
