using System.CommandLine;
using System.Text.Json;
using GardenerML.Samples.Motion;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>motion -o FOLDER</c>: makes the data set of made videos that only motion tells apart.</summary>
internal sealed class MotionVerb
{
    private static readonly MotionDatasetOptions Defaults = new();

    private readonly Option<string> _difficulty = new("--difficulty")
    {
        Description = "How the clips look: consistent, inverted, anyColour or hard.",
        DefaultValueFactory = _ => Word(Defaults.Difficulty),
    };

    private readonly Option<int> _groups = Number("--groups", "Groups a class, 2 to 99; about a quarter is for testing.", Defaults.Groups, 2, 99);
    private readonly Option<int> _clips = Number("--clips", "Clips a group and class, 1 to 99.", Defaults.ClipsPerGroup, 1, 99);

    private readonly Option<int> _size = CommonOptions.Checked(
        Number("--image-size", "Height and width of the frames, even, 16 to 1024.", Defaults.ImageSize, 16, 1024), size => size % 2 == 0, "must be even");

    private readonly Option<int> _frames = Number("--frames", "Frames of a clip, 2 to 10000.", Defaults.FrameCount, 2, 10_000);
    private readonly Option<int> _seed = CommonOptions.Seed();

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where the data set goes: a folder that is absent or empty.",
        Required = true,
    };

    private MotionVerb() => _difficulty.AcceptOnly([.. Enum.GetValues<MotionDifficulty>().Select(Word)]);

    public static Command Make()
    {
        var motion = new MotionVerb();
        var verb = VerbRun.Verb("motion",
            "Makes a small data set of videos that only motion tells apart. Example: motion --difficulty hard -o motion",
            run => Task.Run(() => motion.Run(run)));
        foreach (var option in (Option[])[motion._difficulty, motion._groups, motion._clips, motion._size, motion._frames, motion._seed, motion._output])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var options = new MotionDatasetOptions
        {
            Difficulty = Enum.Parse<MotionDifficulty>(arguments.GetRequiredValue(_difficulty), ignoreCase: true),
            Groups = arguments.GetValue(_groups),
            ClipsPerGroup = arguments.GetValue(_clips),
            ImageSize = arguments.GetValue(_size),
            FrameCount = arguments.GetValue(_frames),
            Seed = arguments.GetValue(_seed),
        };
        var made = run.Progress.Progress().Start(progress =>
        {
            var task = progress.AddTask("Making videos", maxValue: 1);
            return MotionDataset.Create(
                arguments.GetRequiredValue(_output).FullName, options, new ImmediateProgress<double>(done => task.Value = done), run.Cancellation);
        });
        run.Console.WriteLine($"{(made.IsReused ? "Already made" : "Made")}: {made.Folder}");
        return new VerbResult(new { made.Folder, made.Options, made.IsReused });
    }

    private static string Word(MotionDifficulty difficulty) => JsonNamingPolicy.CamelCase.ConvertName($"{difficulty}");

    private static Option<int> Number(string name, string description, int value, int least, int most) => CommonOptions.Checked(
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => value },
        number => number >= least && number <= most, $"must be {least} to {most}");
}
