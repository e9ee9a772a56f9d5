using System.CommandLine;
using System.CommandLine.Completions;
using System.Text.RegularExpressions;
using GardenerML.Video;

namespace GardenerML.Samples.CommandLine;

/// <summary>What the library says, in the words of the command line: options in place of members.</summary>
internal static partial class ErrorText
{
    private const string SkipVideos = "To leave out and count such videos, use --on-error skip.";

    private const string OtherSubset = "Take the subset Test, or more groups.";

    /// <summary>Remedies that a command line has otherwise, or not at all.</summary>
    private static readonly (string Library, string CommandLine)[] Remedies =
    [
        ("To leave them out, set MissingVideos to Skip.", SkipVideos),
        ("Set TrainingSet to measure", "Leave out --zero-shot to measure"),
        ("Label them, or set SkipMissingLabels to leave them out.", "Take their folders out of the data."),
        ("Lower the learning rate, lengthen the warm-up, or set GradientClipping.", "Use a lower --learning-rate."),
        ("Choose fewer frames or a smaller Size in LoadVideo, a smaller model or, in training with labels, RecomputeActivations.",
            "Choose fewer or smaller frames, or a smaller model."),
    ];

    private static readonly Dictionary<string, string> Options = new()
    {
        ["BatchSize"] = "--batch-size",
        ["BlockCount"] = "--blocks",
        ["EarlyStoppingPatience"] = "--patience",
        ["Epochs"] = "--epochs",
        ["FrameCount"] = "--frames",
        ["ImageSize"] = "--image-size",
        ["LearningRate"] = "--learning-rate",
        ["MaskRatio"] = "--mask-ratio",
        ["MicroBatchSize"] = "--micro-batch-size",
        ["MinimumKept"] = "--minimum-kept",
        ["PatchSize"] = "--patch",
        ["Precision"] = "--precision",
        ["Ratio"] = "--ratio",
        ["ResumeFolder"] = "--resume-folder",
        ["SamplingRate"] = "--sampling-rate",
        ["StateFolder"] = "--resume-folder",
        ["Size"] = "--image-size",
        ["Width"] = "--width",
        ["seed"] = "--seed",
    };

    /// <summary>The message of an error, in one line.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="command">The verb.</param>
    /// <param name="failsOnVideos">Whether the verb could leave out videos that cannot be read, and was not told to.</param>
    public static string Of(Exception error, Command command, bool failsOnVideos = false)
    {
        var message = Translate(Message(error), command);
        if (failsOnVideos && error is VideoReadException)
            message += " " + SkipVideos;
        return string.Join(' ', message.Split('\n', StringSplitOptions.TrimEntries));
    }

    /// <summary>The message of an error, without what names the parameter of a method.</summary>
    public static string Message(Exception error) =>
        error is ArgumentException ? ParameterPattern().Replace(error.Message, "") : error.Message;

    /// <summary>A text of the library's with the options that the verb has for what it names.</summary>
    public static string Translate(string text, Command command)
    {
        foreach (var (library, commandLine) in Remedies)
            text = text.Replace(library, commandLine, StringComparison.Ordinal);
        text = text.Replace(OtherSubset, Subsets(command), StringComparison.Ordinal);
        text = LoadingPattern().Replace(text, "Give --frames $1 --image-size $2");
        var known = command.Options.Select(option => option.Name).ToHashSet();
        string[] geometry = [.. ((string[])["--frames", "--image-size"]).Where(known.Contains)];
        text = text.Replace(" in LoadVideo", geometry.Length == 0 ? "" : $" with {string.Join(" and ", geometry)}", StringComparison.Ordinal);
        return NamePattern().Replace(
            text, match => Options.TryGetValue(match.Groups[1].Value, out var option) && known.Contains(option) ? option : match.Value);
    }

    /// <summary>What to write where there is nothing to validate with.</summary>
    private static string Subsets(Command command)
    {
        string[] words =
        [
            .. command.Options.Where(option => option.Name == "--subset").SelectMany(option => option.GetCompletions(CompletionContext.Empty))
                .Select(word => word.Label).Where(word => word is "test" or "none").Order().Reverse().Select(word => $"--subset {word}"),
        ];
        return words.Length == 0 ? "Give data of more groups." : $"Write {string.Join(" or ", words)}, or give data of more groups.";
    }

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)(\s*Actual value was .*)?\z", RegexOptions.Singleline)]
    private static partial Regex ParameterPattern();

    /// <summary>What the library tells to write for a checkpoint's clips.</summary>
    [GeneratedRegex(@"Write LoadVideo\(options: new\(\) \{ FrameCount = (\d+), Size = (\d+) \}\)")]
    private static partial Regex LoadingPattern();

    /// <summary>
    /// A name that stands alone, or is a setting of a search's trainings: not in a path, not in quotes, and not of a member of
    /// something else.
    /// </summary>
    [GeneratedRegex(@"(?<![\w/\\.'""-])(?:training\.)?([A-Za-z]+)(?= (is|was|of) |\.(\s|\z))")]
    private static partial Regex NamePattern();
}
