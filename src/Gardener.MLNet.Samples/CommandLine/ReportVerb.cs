using System.CommandLine;
using System.Security.Cryptography;
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
            var named = report._evaluation.IsNamed(result);
            var samples = result.GetResult(report._samples) is { Implicit: false };
            if (result.GetResult(report._subject) is { Tokens: [var subject] } && Directory.Exists(subject.Value))
            {
                if (named || samples)
                    result.AddError(
                        $"{subject.Value} is a folder of results, of which no videos are shown; leave {(named ? "--data" : "--samples")} out, or name a model zip.");
            }
            else if (samples && !named)
                result.AddError("Name the folder of videos that frames are shown of: --data FOLDER.");
        });
        return verb;
    }

    private async Task<VerbResult> RunAsync(VerbRun run)
    {
        var subject = run.Arguments.GetRequiredValue(_subject);
        var path = OutputFile.Prepare(run.Arguments.GetRequiredValue(_output).FullName);
        var figures = run.Arguments.GetValue(_figures);
        figures?.Create();
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
        IReadOnlyList<GardenerTrial> trials;
        try
        {
            trials = await GardenerExperiment.ReadTrialsAsync(folder);
        }
        catch (FileNotFoundException)
        {
            return new HtmlReport { Title = title, Experiment = OfReproduction(folder) };
        }
        return new HtmlReport { Title = title, Trials = ReportedTrial.Of(trials, Best(folder, trials)) };
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

    /// <summary>The trial whose model is the best one, which search copies at its end; null where there is none.</summary>
    private static GardenerTrialSettings? Best(string folder, IReadOnlyList<GardenerTrial> trials)
    {
        var best = new FileInfo(Path.Combine(folder, SearchVerb.BestModel));
        var models = new DirectoryInfo(Path.Combine(folder, "models"));
        if (!best.Exists || !models.Exists)
            return null;
        var hash = new Lazy<byte[]>(() => Hash(best));
        var model = models.EnumerateFiles("*.zip").FirstOrDefault(
            model => model.Length == best.Length && Hash(model).SequenceEqual(hash.Value))?.Name;
        return trials.Select(trial => trial.Settings).FirstOrDefault(trial => $"{trial.Key}.zip" == model);

        static byte[] Hash(FileInfo file)
        {
            using var stream = file.OpenRead();
            return SHA256.HashData(stream);
        }
    }

    private HtmlReport OfModel(VerbRun run, FileInfo zip, string title)
    {
        var arguments = run.Arguments;
        var context = run.NewContext(seed: null);
        VideoClassifierTransformer.LoadingDevice = _evaluation.Device(arguments);
        var model = SavedModel.Load(context, zip);
        using var owned = model as IDisposable;
        var report = HtmlReport.Of(model, title, measureSpeed: true);
        if (!_evaluation.IsNamed(arguments.CommandResult))
            return report;
        var videos = _evaluation.Load(context, arguments);
        var samples = arguments.GetValue(_samples);
        return report with
        {
            Metrics = _evaluation.Evaluate(run, context, model, videos),
            Predictions = samples == 0 ? [] : PredictedVideo.Of(context, model, videos, samples, cancellationToken: run.Cancellation),
        };
    }

    /// <summary>What --json prints.</summary>
    private sealed record Document(string Path);
}
