using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Training;
using Microsoft.ML;

namespace GardenerML.Samples.Curriculum;

/// <summary>
/// Trains a checkpoint with labels on the clips of a curriculum: in stages, each one pass over clips that no other stage has. The
/// checkpoint after each stage is kept, so that a run that was stopped goes on with the stage that it was in.
/// </summary>
/// <param name="context">Trains.</param>
/// <param name="options">How all is trained; the learning rate falls over all stages. A stage's epochs, warm-up and folders are set here.</param>
/// <param name="folder">Where the stages' checkpoints and states are kept; those of another run are refused.</param>
internal sealed class CurriculumTraining(MLContext context, VideoClassifierOptions options, string folder)
{
    /// <summary>Frames of a made video that a model of 8 frames sees every second of.</summary>
    public const int FrameStep = 2;

    /// <summary>Hard clips that the model is tested with after each stage; 10 a class.</summary>
    private const int HeldOut = 540;

    /// <summary>Trains all stages.</summary>
    /// <param name="checkpoint">What the first begins with.</param>
    /// <param name="clips">Clips of all stages together.</param>
    /// <param name="stages">How many stages.</param>
    /// <param name="curriculum">Which clips.</param>
    /// <param name="finished">Told the number of each finished stage, from 1, and what it gave, of those of an earlier run too.</param>
    /// <returns>The checkpoint after the last stage: a folder.</returns>
    /// <exception cref="InvalidOperationException">The folder holds something else, or stages of another run.</exception>
    public string Run(string checkpoint, long clips, int stages, ActionCurriculumOptions curriculum, Action<int, EpochMetrics> finished)
    {
        int frames, size;
        using (var opened = VideoMaeCheckpoint.Open(checkpoint))
            (frames, size) = (opened.Configuration.FrameCount, opened.Configuration.ImageSize);
        var state = CurriculumState.Open(folder, Settings(checkpoint, clips, stages, curriculum));
        var renderer = new ActionClipRenderer(size, frames, FrameStep);
        var drawn = new ActionCurriculum(curriculum);
        // Of another seed, so that none of them is trained on.
        var hard = ActionClips.Rows(context, renderer, MotionDifficulty.Hard, HeldOut, ~curriculum.Seed);
        for (var stage = 1; stage <= stages; stage++)
        {
            var metrics = state.Find(stage);
            if (metrics is null)
            {
                metrics = Train(checkpoint, state, stage, stages, Rows(stage), hard);
                state.Add(stage, metrics);
            }
            finished(stage, metrics);
            checkpoint = state.Checkpoint(stage);
        }
        return checkpoint;

        IDataView Rows(int stage)
        {
            var (first, end) = (clips * (stage - 1) / stages, clips * stage / stages);
            return ActionClips.Rows(context, renderer, drawn, first, (int)(end - first), clips);
        }
    }

    private SortedDictionary<string, string> Settings(string checkpoint, long clips, int stages, ActionCurriculumOptions curriculum)
    {
        // A plan knows which weights it is for; this one reads no statistics of them.
        var plan = Gardener.PlanPruning(new PruningOptions
        {
            Checkpoint = checkpoint,
            Criterion = PruningCriterion.Random(seed: 0),
            Target = PruningTarget.Count(0),
        });
        return new(StringComparer.Ordinal)
        {
            ["batchSize"] = Text(options.BatchSize),
            ["checkpoint"] = plan.CheckpointHash,
            ["clips"] = Text(clips),
            ["compressed"] = Text(curriculum.CompressedShare),
            ["learningRate"] = Text(options.LearningRate),
            ["looks"] = curriculum.Looks is { } looks ? string.Join(',', looks.Select(share => Text(share))) : "harder",
            ["plain"] = Text(curriculum.PlainShare),
            ["precision"] = options.Precision.ToString(),
            ["seed"] = Text(curriculum.Seed),
            ["stages"] = Text(stages),
            ["turning"] = Text(curriculum.TurningShare),
        };

        static string Text(IConvertible value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private EpochMetrics Train(string checkpoint, CurriculumState state, int stage, int stages, IDataView rows, IDataView hard)
    {
        using var model = context.MulticlassClassification.Trainers.VideoClassifier(options with
        {
            Checkpoint = checkpoint,
            ValidationSet = hard,
            Epochs = 1,
            // Each stage's optimiser is new, so each warms up.
            WarmupEpochs = stage == 1 ? 0.1 : 0.05,
            LearningRate = Rate(stage - 1),
            MinimumLearningRate = Rate(stage),
            FrameCacheBytes = 0,
            ResumeFolder = state.TrainingFolder(stage),
            SaveInterval = TimeSpan.FromMinutes(2),
            Progress = options.Progress is { } progress ? new ImmediateProgress<TrainingProgress>(step => progress.Report(Whole(step))) : null,
        }).Fit(rows);
        model.SaveCheckpoint(state.Checkpoint(stage));
        return model.TrainingHistory[^1];

        // From stage to stage half a cosine, from the peak to the minimum.
        double Rate(int done)
        {
            var share = (1 + Math.Cos(Math.PI * done / stages)) / 2;
            return options.MinimumLearningRate + ((options.LearningRate - options.MinimumLearningRate) * share);
        }

        // A stage as an epoch of the curriculum; all have as many steps, but for rounding.
        TrainingProgress Whole(TrainingProgress step) => step with
        {
            Epoch = stage,
            EpochCount = stages,
            Step = (stage - 1) * step.StepCount + step.Step,
            StepCount = stages * step.StepCount,
        };
    }
}
