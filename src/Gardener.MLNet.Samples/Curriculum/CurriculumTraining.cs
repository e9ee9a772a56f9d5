using GardenerML.Checkpoints;
using GardenerML.Samples.Motion;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Trains a checkpoint with labels on clips that become harder: in stages, each one pass over clips that no other stage has. The
/// checkpoint after each stage is kept, so that a run that was stopped goes on with the stage that it was in.
/// </summary>
/// <param name="context">Trains.</param>
/// <param name="options">How a stage is trained; its epochs, warm-up and folders are set here.</param>
/// <param name="folder">Where the stages' checkpoints and states are kept.</param>
internal sealed class CurriculumTraining(MLContext context, VideoClassifierOptions options, string folder)
{
    /// <summary>Frames of a made video that a model of 8 frames sees every second of.</summary>
    public const int FrameStep = 2;

    /// <summary>Hard clips that the model is tested with after each stage; 10 a class.</summary>
    private const int HeldOut = 540;

    /// <summary>Share of the peak learning rate that a stage ends with, the last apart: the next goes on from there.</summary>
    private const double StageEnd = 0.3;

    /// <summary>Trains all stages.</summary>
    /// <param name="checkpoint">What the first begins with.</param>
    /// <param name="clips">Clips of all stages together.</param>
    /// <param name="stages">How many stages.</param>
    /// <param name="seed">Which clips.</param>
    /// <param name="finished">Told the number of each finished stage, from 1, and what it gave.</param>
    /// <returns>The checkpoint after the last stage: a folder.</returns>
    public string Run(string checkpoint, long clips, int stages, ulong seed, Action<int, EpochMetrics> finished)
    {
        int frames, size;
        using (var opened = VideoMaeCheckpoint.Open(checkpoint))
            (frames, size) = (opened.Configuration.FrameCount, opened.Configuration.ImageSize);
        var renderer = new ActionClipRenderer(size, frames, FrameStep);
        var curriculum = new ActionCurriculum(seed);
        // Of another seed, so that none of them is trained on.
        var hard = ActionClips.Rows(context, renderer, MotionDifficulty.Hard, HeldOut, ~seed);
        for (var stage = 0; stage < stages; stage++)
        {
            var result = Path.Combine(folder, $"stage-{stage + 1}");
            if (!Directory.Exists(result))
                finished(stage + 1, Train(checkpoint, result, stage, stages, Rows(stage), hard));
            checkpoint = result;
        }
        return checkpoint;

        IDataView Rows(int stage)
        {
            var (first, end) = (clips * stage / stages, clips * (stage + 1) / stages);
            return ActionClips.Rows(context, renderer, curriculum, first, (int)(end - first), clips);
        }
    }

    private EpochMetrics Train(string checkpoint, string result, int stage, int stages, IDataView rows, IDataView hard)
    {
        var state = Path.Combine(folder, $"state-{stage + 1}");
        var last = stage == stages - 1;
        using var model = context.MulticlassClassification.Trainers.VideoClassifier(options with
        {
            Checkpoint = checkpoint,
            ValidationSet = hard,
            Epochs = 1,
            WarmupEpochs = stage == 0 ? 0.1 : 0.01,
            MinimumLearningRate = last ? options.MinimumLearningRate : StageEnd * options.LearningRate,
            FrameCacheBytes = 0,
            ResumeFolder = state,
            SaveInterval = TimeSpan.FromMinutes(2),
        }).Fit(rows);
        model.SaveCheckpoint(result);
        Directory.Delete(state, recursive: true);
        return model.TrainingHistory[^1];
    }
}
