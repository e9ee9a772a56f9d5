using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Samples.Curriculum;
using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>curriculum CHECKPOINT -o FOLDER</c>: training with labels on made motions.</summary>
internal sealed class CurriculumVerb
{
    private static readonly ActionCurriculumOptions Defaults = new();

    private readonly Argument<string> _checkpoint = new("checkpoint") { Description = "The VideoMAE checkpoint to go on from." };

    private readonly Option<int> _clips = CommonOptions.Checked(
        new Option<int>("--clips") { Description = "Clips in all.", DefaultValueFactory = _ => 150_000 }, number => number >= 1000, "must be at least 1000");

    private readonly Option<int> _stages = CommonOptions.Checked(
        new Option<int>("--stages") { Description = "Parts, after each of which the checkpoint is kept.", DefaultValueFactory = _ => 10 },
        number => number >= 1, "must be at least 1");

    private readonly Option<double[]?> _looks = CommonOptions.Checked(
        new Option<double[]?>("--looks")
        {
            Description = "Shares of consistent, inverted, any-colour and hard looks: 0.1,0.2,0.6,0.1; without it they become harder.",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = ParseShares,
        },
        looks => looks is null || ActionCurriculumOptions.AreShares(looks), "must be four shares whose sum is 1");

    private readonly Option<double> _plain = Share(
        "--plain", "Share of the clips that show one of eight plain motions, the camera still, instead of the class in turn.", Defaults.PlainShare);

    private readonly Option<double> _turning = Share(
        "--turning", "Share of the plain motions that turn; the rest go left, right, up, down, nearer or farther.", Defaults.TurningShare);

    private readonly Option<double> _compressed = Share(
        "--compressed", "Share of the clips whose frames are compressed, as those of files are.", Defaults.CompressedShare);

    private readonly RecipeOptions _recipe = new("The highest learning rate; it falls over all stages", hasEpochs: false);

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
            "Trains a checkpoint with labels on made motions. Example: curriculum pretrained --resume-folder state -o tiny",
            run => Task.Run(() => curriculum.Run(run)));
        verb.Add(curriculum._checkpoint);
        foreach (var option in (Option[])
            [
                curriculum._clips, curriculum._stages, curriculum._looks, curriculum._plain, curriculum._turning, curriculum._compressed, curriculum._work, curriculum._output,
            ])
            verb.Add(option);
        curriculum._recipe.AddTo(verb);
        verb.KeepApart([curriculum._checkpoint], curriculum._output);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var output = OutputFile.PrepareCheckpointFolder(arguments.GetRequiredValue(_output).ToString());
        var seed = _recipe.Seed(arguments);
        var context = run.NewContext(seed);
        var folder = arguments.GetRequiredValue(_work).FullName;
        var recipe = _recipe.Adapt(new VideoClassifierOptions { BatchSize = 32, LearningRate = 1e-3 }, arguments) with
        {
            Seed = seed,
            ResumeFolder = folder,
        };
        var clips = new ActionCurriculumOptions
        {
            Seed = (ulong)seed,
            Looks = arguments.GetList(_looks),
            PlainShare = arguments.GetValue(_plain),
            TurningShare = arguments.GetValue(_turning),
            CompressedShare = arguments.GetValue(_compressed),
        };
        var stages = new List<object>();
        var last = TrainingDisplay.Show(run, "Curriculum", recipe, options => new CurriculumTraining(context, options, folder).Run(
            arguments.GetRequiredValue(_checkpoint), arguments.GetValue(_clips), arguments.GetValue(_stages), clips, (stage, metrics) =>
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

    private static Option<double> Share(string name, string description, double usual) => CommonOptions.Checked(
        new Option<double>(name) { Description = description, DefaultValueFactory = _ => usual },
        ActionCurriculumOptions.IsShare, "must be 0 to 1");

    private static double[]? ParseShares(ArgumentResult result)
    {
        var shares = new List<double>();
        foreach (var part in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var share))
                shares.Add(share);
            else
                result.AddError($"'{part}' is not a number; expected are four shares such as 0.1,0.2,0.6,0.1.");
        }
        return [.. shares];
    }
}
