using System.CommandLine;
using GardenerML.Reporting;
using GardenerML.Search;
using GardenerML.Training;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>report MODEL.zip|FOLDER -o FILE.html</c>: a model or an experiment as one page.</summary>
internal sealed class ReportVerb
{
    private readonly Argument<FileInfo> _subject = new("subject")
    {
        Description = "A model zip, or the folder that reproduce or search has filled.",
    };

    private readonly EvaluationOptions _evaluation = new(isRequired: false);

    private readonly Option<int> _samples = CommonOptions.Checked(
        new Option<int>("--samples")
        {
            Description = "Of how many of the videos frames are shown.",
            DefaultValueFactory = _ => 12,
        },
        count => count is >= 0 and <= 100, "must be from 0 to 100");

    private readonly Option<DirectoryInfo?> _log = new("--log-folder")
    {
        Description = "The log folder of the training, for the learning curves; a zip does not keep them.",
    };

    private readonly Option<string?> _title = new("--title") { Description = "The title of the page; the subject's name by default." };

    private readonly Option<DirectoryInfo?> _figures = new("--figures") { Description = "A folder for the figures as PNG files too." };

    private readonly Option<FileInfo> _output = new("--output", "-o") { Description = "The page to write.", Required = true };

    public static Command Make()
    {
        var report = new ReportVerb();
        var verb = VerbRun.Verb("report",
            "Writes a model or an experiment as one HTML page. Example: report model.zip --data UCF-101 -o report.html",
            report.RunAsync);
        verb.Add(report._subject);
        report._evaluation.AddTo(verb);
        foreach (var option in (Option[])[report._samples, report._log, report._title, report._figures, report._output])
            verb.Add(option);
        verb.Validators.Add(result =>
        {
            Option[] given =
            [
                .. report._evaluation.Given(result), .. result.GetResult(report._samples) is { Implicit: false } ? [report._samples] : Array.Empty<Option>(),
            ];
            if (result.GetResult(report._subject) is { Tokens: [var subject] } && Directory.Exists(subject.Value))
            {
                if (given.Length > 0)
                    result.AddError(
                        $"{subject.Value} is a folder of results, of which no videos are scored or shown; leave {Names(given)} out, or name a model zip.");
            }
            else if (!report._evaluation.IsNamed(result) && given.Where(report._evaluation.NeedsVideos).ToArray() is { Length: > 0 } videos)
                result.AddError($"{Names(videos)}: name the folder of videos that are scored and shown: --data FOLDER.");
        });
        verb.KeepApart([report._subject], report._output);
        return verb;
    }

    private static string Names(IEnumerable<Option> options) => string.Join(", ", options.Select(option => option.Name));

    private async Task<VerbResult> RunAsync(VerbRun run)
    {
        var subject = run.Arguments.GetRequiredValue(_subject);
        var path = OutputFile.Prepare(run.Arguments.GetRequiredValue(_output).ToString());
        var figures = run.Arguments.GetValue(_figures);
        if (figures is not null)
            OutputFile.PrepareFolder(figures.ToString());
        var history = run.Arguments.GetValue(_log) is { } log ? TrainingHistory.Load(log.FullName) : null;
        var title = run.Arguments.GetValue(_title) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(subject.FullName));
        var report = Directory.Exists(subject.FullName)
            ? await OfFolderAsync(subject.FullName, title)
            : await Task.Run(() => OfModel(run, subject, title));
        if (history is not null)
            report = report with { TrainingHistory = history };
        report.Save(path);
        if (figures is not null)
            report.SaveFigures(figures.FullName);
        run.Console.WriteLine($"Report: {path}");
        return new VerbResult(new Document(path));
    }

    /// <summary>Of the trials of a search where there are some, else of what reproduce writes.</summary>
    private static async Task<HtmlReport> OfFolderAsync(string folder, string title)
    {
        try
        {
            using var search = await GardenerExperiment.ReadResultAsync(folder);
            return HtmlReport.Of(search, title);
        }
        catch (FileNotFoundException)
        {
            return new HtmlReport { Title = title, Experiment = OfReproduction(folder) };
        }
    }

    private static PruningExperiment OfReproduction(string folder)
    {
        try
        {
            return PruningExperiment.Load(folder);
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException(
                $"{folder} holds neither the trials of a search nor {PruningExperiment.CurvesTable}, which reproduce writes at its end.", e);
        }
    }

    private HtmlReport OfModel(VerbRun run, FileInfo zip, string title)
    {
        var arguments = run.Arguments;
        var context = run.NewContext(seed: null);
        VideoClassifierTransformer.LoadingDevice = _evaluation.Device(arguments);
        var model = SavedModel.Load(context, zip);
        using var owned = model as IDisposable;
        if (!_evaluation.IsNamed(arguments.CommandResult))
            return HtmlReport.Of(model, title, measureSpeed: true);
        // What is wrong with the videos is told before anything is measured.
        var videos = _evaluation.Load(context, arguments);
        var metrics = _evaluation.Evaluate(run, context, model, videos);
        var samples = arguments.GetValue(_samples);
        return HtmlReport.Of(model, title, measureSpeed: true) with
        {
            Metrics = metrics,
            Predictions = samples == 0 ? [] : PredictedVideo.Of(context, model, videos, samples, cancellationToken: run.Cancellation),
        };
    }

    /// <summary>What --json prints.</summary>
    private sealed record Document(string Path);
}
