using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Samples.Curriculum;
using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>curriculum CHECKPOINT -o FOLDER</c>: training with labels on made motions that become harder.</summary>
internal sealed class CurriculumVerb
{
    private readonly Argument<string> _checkpoint = new("checkpoint") { Description = "The VideoMAE checkpoint to go on from." };

    private readonly Option<int> _clips = CommonOptions.Checked(
        new Option<int>("--clips") { Description = "Clips in all.", DefaultValueFactory = _ => 150_000 }, number => number >= 1000, "must be at least 1000");

    private readonly Option<int> _stages = CommonOptions.Checked(
        new Option<int>("--stages") { Description = "Parts, after each of which the checkpoint is kept.", DefaultValueFactory = _ => 10 },
        number => number >= 1, "must be at least 1");

    private readonly RecipeOptions _recipe = new("The highest learning rate; each stage warms up to it anew.", hasEpochs: false);

    private readonly Option<DirectoryInfo> _work = new("--resume-folder")
    {
        Description = "Where the state and the stages' checkpoints are kept; the same command again goes on from them.",
        Required = true,
    };

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where the checkpoint goes: a Hugging Face folder.",
        Required = true,
    };

    public static Command Make()
    {
        var curriculum = new CurriculumVerb();
        var verb = VerbRun.Verb("curriculum",
            "Trains a checkpoint with labels on made motions that become harder. Example: curriculum pretrained --resume-folder state -o tiny",
            run => Task.Run(() => curriculum.Run(run)));
        verb.Add(curriculum._checkpoint);
        foreach (var option in (Option[])[curriculum._clips, curriculum._stages, curriculum._work, curriculum._output])
            verb.Add(option);
        curriculum._recipe.AddTo(verb);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var output = arguments.GetRequiredValue(_output).FullName;
        VideoMaeCheckpointWriter.CheckFolder(output);
        var seed = _recipe.Seed(arguments);
        var context = run.NewContext(seed);
        var folder = arguments.GetRequiredValue(_work).FullName;
        var recipe = _recipe.Adapt(new VideoClassifierOptions { BatchSize = 32, LearningRate = 1e-3 }, arguments) with
        {
            Seed = seed,
            ResumeFolder = folder,
        };
        var stages = new List<object>();
        var last = TrainingDisplay.Show(run, "Curriculum", recipe, options => new CurriculumTraining(context, options, folder).Run(
            arguments.GetRequiredValue(_checkpoint), arguments.GetValue(_clips), arguments.GetValue(_stages), (ulong)seed, (stage, metrics) =>
            {
                stages.Add(new { Stage = stage, Loss = metrics.TrainingLoss, Accuracy = metrics.TrainingAccuracy, HardAccuracy = metrics.Validation!.Accuracy });
                run.Progress.WriteLine(
                    $"Stage {stage}: loss {metrics.TrainingLoss:0.000}, accuracy {metrics.TrainingAccuracy:0.000}, of new hard clips "
                    + $"{metrics.Validation!.Accuracy:0.000}, {metrics.ClipsPerSecond:0} clips/s");
            }));
        using (var checkpoint = VideoMaeCheckpoint.Open(last))
            VideoMaeCheckpointWriter.Save(output, VideoMaeCheckpointContent.From(checkpoint, [.. Enumerable.Range(0, checkpoint.BlockCount)]));
        run.Console.WriteLine($"Checkpoint: {output}");
        return new VerbResult(new { Stages = stages, Checkpoint = output });
    }
}
