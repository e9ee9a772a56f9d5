using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Samples.Recipes;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that choose a recipe and how its clips are read.</summary>
internal sealed class RecipePresets
{
    /// <summary>Without a checkpoint: a small model from random weights.</summary>
    private static readonly FineTuningRecipe NewModel = new(
        new VideoLoadingOptions { FrameCount = 8, Size = 64 },
        new VideoClassifierOptions
        {
            NewModel = new VideoMaeConfiguration { Width = 128, BlockCount = 12, HeadCount = 4, MlpWidth = 512 },
            Epochs = 15,
            LearningRate = 1e-3,
            LabelSmoothing = 0.1,
        });

    private readonly Option<string> _recipe = new("--recipe")
    {
        Description = "default; paper, the Gardener paper's fine-tuning; or videomae, with all of VideoMAE's augmentation.",
        DefaultValueFactory = _ => "default",
    };

    private readonly Option<bool> _probe = new("--linear-probe")
    {
        Description = "Train the final norm and the head only. But for the recipe videomae, each clip is encoded once.",
    };

    private readonly Option<bool> _noFlip = new("--no-flip")
    {
        Description = "Do not mirror clips, as the recipe videomae does: for classes that left and right tell apart.",
    };

    private readonly Option<int?> _patience = CommonOptions.AtLeastOne(new Option<int?>("--patience")
    {
        Description = "End after this number of epochs without a better validation result, with the best epoch's weights.",
    });

    private readonly Option<int?> _microBatchSize = CommonOptions.AtLeastOne(new Option<int?>("--micro-batch-size")
    {
        Description = "Clips that go through the model at a time, for less memory; a step still has --batch-size.",
    });

    private readonly Option<int?> _frames = CommonOptions.AtLeastOne(new Option<int?>("--frames")
    {
        Description = "Frames of a clip; the checkpoint's, or 8 without one.",
    });

    private readonly Option<int?> _imageSize = CommonOptions.AtLeastOne(new Option<int?>("--image-size")
    {
        Description = "Height and width of the frames that the model sees; the checkpoint's, or 64 without one.",
    });

    private readonly Option<int> _samplingRate = CommonOptions.SamplingRate();

    public RecipePresets() => _recipe.AcceptOnly("default", "paper", "videomae");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_recipe, _probe, _noFlip, _patience, _microBatchSize, _frames, _imageSize, _samplingRate])
            command.Add(option);
    }

    /// <summary>How clips are read and the model is trained.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="checkpoint">What training starts from; null for a new small model.</param>
    public (VideoLoadingOptions Loading, VideoClassifierOptions Training) Recipe(ParseResult arguments, string? checkpoint)
    {
        var standard = checkpoint is null ? NewModel : FineTuningRecipe.For(checkpoint);
        var name = arguments.GetRequiredValue(_recipe);
        var probe = arguments.GetValue(_probe);
        var training = name switch
        {
            "paper" => VideoClassifierOptions.Paper,
            "videomae" => VideoClassifierOptions.VideoMae,
            _ => standard.Training,
        };
        var loading = standard.Loading with
        {
            FrameCount = arguments.GetValue(_frames) ?? standard.Loading.FrameCount,
            Size = arguments.GetValue(_imageSize) ?? standard.Loading.Size,
            SamplingRate = arguments.GetValue(_samplingRate),
            // The paper reads from the start; features can be kept where a clip is the same in each epoch.
            Sampling = name == "paper" ? FrameSampling.First
                : probe ? FrameSampling.Centre
                : FrameSampling.RandomStart,
        };
        return (loading, training with
        {
            Checkpoint = checkpoint,
            NewModel = standard.Training.NewModel,
            FreezeEncoder = probe,
            EarlyStoppingPatience = arguments.GetValue(_patience),
            MicroBatchSize = arguments.GetValue(_microBatchSize),
            Augmentation = arguments.GetValue(_noFlip) ? training.Augmentation with { HorizontalFlip = 0 } : training.Augmentation,
        });
    }

    /// <summary>What is wrong with the options together; null for nothing.</summary>
    public string? Fault(CommandResult result, bool validates) =>
        !validates && result.GetResult(_patience) is not null ? "--patience needs validation clips: another --subset than none." : null;
}
