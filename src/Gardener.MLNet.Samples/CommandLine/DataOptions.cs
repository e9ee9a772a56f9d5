using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that name a folder of labelled videos.</summary>
internal sealed class DataOptions
{
    /// <summary>The share of training groups that is held out to validate with.</summary>
    public const double HeldOut = 0.25;

    private const string OnErrorName = "--on-error";
    private const string Fail = "fail";
    private const string Skip = "skip";

    private readonly Option<DirectoryInfo?> _data = new("--data")
    {
        Description = "A folder of videos in class folders, such as UCF101.",
    };

    private readonly Option<DirectoryInfo?> _lists = new("--lists")
    {
        Description = "The folder of classInd.txt, trainlist0N.txt and testlist0N.txt; found by itself beside the videos.",
    };

    private readonly Option<int> _split = new("--split")
    {
        Description = "Which of the lists: 1, 2 or 3.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _onError = new(OnErrorName)
    {
        Description = "What a video does that a list names and is absent, or that cannot be read: fail or skip.",
        DefaultValueFactory = _ => Fail,
    };

    /// <summary>Makes the options.</summary>
    /// <param name="required">Whether a folder must be named.</param>
    public DataOptions(bool required = false)
    {
        _data.Required = required;
        _onError.AcceptOnly(Fail, Skip);
        CommonOptions.Checked(_split, split => split is >= 1 and <= 3, "must be 1, 2 or 3");
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_data, _lists, _split, _onError];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>Whether the verb could leave out unreadable videos, and is not told to.</summary>
    public static bool FailsOnVideos(ParseResult arguments) =>
        arguments.CommandResult.Command.Options.FirstOrDefault(option => option.Name == OnErrorName) is Option<string> option
        && arguments.GetValue(option) == Fail;

    /// <summary>The folder; null when none is named.</summary>
    public string? Folder(ParseResult arguments) => arguments.GetValue(_data)?.FullName;

    /// <summary>The folder as it was named, by which reports call the data.</summary>
    public string Name(ParseResult arguments) => arguments.GetValue(_data)!.ToString();

    /// <summary>What unreadable videos do.</summary>
    public VideoErrorHandling OnError(ParseResult arguments) =>
        arguments.GetValue(_onError) == Skip ? VideoErrorHandling.Skip : VideoErrorHandling.Throw;

    /// <summary>Which of the lists.</summary>
    public int Split(ParseResult arguments) => arguments.GetValue(_split);

    /// <summary>Whether a folder is named at all.</summary>
    public bool IsNamed(CommandResult result) => result.GetResult(_data) is not null;

    /// <summary>The rows of a subset.</summary>
    /// <param name="context">Makes the view.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="subset">Which part.</param>
    /// <param name="validationFraction">
    /// The share of training groups that are the validation subset, and not among those to train with.
    /// </param>
    /// <param name="whenSkipping">What --on-error skip means for absent videos; what counts them itself keeps them.</param>
    public IDataView Load(
        MLContext context, ParseResult arguments, Ucf101Subset subset, double validationFraction = 0,
        MissingVideos whenSkipping = MissingVideos.Skip) =>
        Ucf101.Load(
        context, Folder(arguments)!, arguments.GetValue(_split), subset, new Ucf101Options
        {
            ValidationFraction = validationFraction,
            ListsFolder = arguments.GetValue(_lists)?.FullName,
            MissingVideos = OnError(arguments) == VideoErrorHandling.Skip ? whenSkipping : MissingVideos.Throw,
        });
}
