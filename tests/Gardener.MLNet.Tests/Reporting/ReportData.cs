using GardenerML.Evaluation;
using GardenerML.Pruning;
using GardenerML.Reporting;
using GardenerML.Training;

namespace GardenerML.Tests.Reporting;

/// <summary>Made content for every section of a report.</summary>
internal static class ReportData
{
    /// <summary>Text that would be markup, and letters that XML has no way to say.</summary>
    public const string Hostile = "\"><script src='http://evil.example/x.js'>alert(1)</script>&amp;]]></style>\0\u0001\uD800\uFFFE 'x' é";

    /// <summary>The same as a page shows it.</summary>
    public const string HostileShown = "\"><script src='http://evil.example/x.js'>alert(1)</script>&amp;]]></style>\uFFFD\uFFFD\uFFFD\uFFFD 'x' é";

    public static readonly PruningPlan Plan = Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-b-half") });

    /// <summary>Scores of clips, whose class is the clip's number modulo the classes; every fifth is taken for the next class.</summary>
    public static VideoClassificationMetrics Metrics(int classes, int clips, string? firstName = null)
    {
        var tally = new ScoreTally(classes);
        for (var clip = 0; clip < clips; clip++)
        {
            var scores = new float[classes];
            scores[(clip + (clip % 5 == 0 ? 1 : 0)) % classes] = 0.75f;
            tally.Add(clip % classes, scores);
        }
        return tally.ToMetrics([firstName ?? "class 0", .. Enumerable.Range(1, classes - 1).Select(i => $"class {i}")], unlabelled: 0);
    }

    public static EpochMetrics[] History(int epochs) =>
    [
        .. Enumerable.Range(1, epochs).Select(epoch => new EpochMetrics(
            epoch, epochs, 2.0 / epoch, 1 - (0.5 / epoch), 1e-3 / epoch, new ClipSetMetrics(10, 2.5 / epoch, 1 - (0.75 / epoch), 0.25), 12.5)),
    ];

    public static PruningExperiment Experiment(string criterion = "entropy")
    {
        var whole = new SeedStatistic(0.9, 0.875, 0.925);
        return new PruningExperiment
        {
            Unpruned = new PruningCurvePoint("", 0, 0, 10, [], whole, whole),
            Curves = [.. ((string[])[criterion, "random", CriterionTitles.Oracle]).SelectMany((name, i) => ((int[])[1, 3]).Select(removed =>
                new PruningCurvePoint(name, removed, removed / 12.0, 10 - removed, null, new(0.8 - (i / 10.0), 0.5, 0.875), new(0.5, 0.5, 0.5))))],
            Blocks = [.. Enumerable.Range(0, 3).Select(i => new OracleBlock(i, 9.5 - (i / 8.0), 0.01, 1 - (i / 2.0), 3 - i, i == 1, new(0.25, 0.125, 0.5), i + 1))],
            Correlations = [new CriterionCorrelation(criterion, new(0.75, 0.5, 0.875), new(double.NaN, double.NaN, double.NaN))],
        };
    }

    public static ReportedTrial Trial(string name, double? accuracy, double? latency, long? bytes = null) => new()
    {
        Name = name,
        Status = "completed",
        Accuracy = accuracy,
        LatencyInMilliseconds = latency,
        ModelBytes = bytes,
        Parameters = 1_234_567,
        GigaFlops = 1.5,
        RemovedBlocks = [0, 2, 3, 4],
    };

    /// <summary>A report with every section, with the same text wherever a text can come from outside.</summary>
    public static HtmlReport Full(string text) => new()
    {
        Title = text,
        Facts = [new ReportFact("Made from", text)],
        Costs =
        [
            new ModelCost { Name = "Before pruning", Blocks = 12, Parameters = 2000, GigaFlops = 4, LatencyInMilliseconds = 8 },
            new ModelCost { Name = "After pruning", Blocks = 9, Parameters = 1500, GigaFlops = 3, LatencyInMilliseconds = 5 },
        ],
        Metrics = Metrics(3, 30, text),
        Predictions =
        [
            new PredictedVideo { Name = text, Label = text, PredictedLabel = "class 1", Probability = 0.625, Frames = [[1, 2, 3]] },
            new PredictedVideo { Name = "other.avi", Label = "class 1", PredictedLabel = "class 1", Probability = 0.875, Frames = [] },
        ],
        PruningPlan = Plan with { Checkpoint = text, Criterion = text },
        Weights =
        [
            new WeightHistogram { Name = "early", Blocks = [0, 1], Lowest = -1, Highest = 1, Counts = [1, 6, 2], Total = 10, Mean = 0.125, StandardDeviation = 0.5 },
        ],
        TrainingHistory = History(3),
        Experiment = Experiment(text),
        Trials = [Trial(text, 0.75, 4, 1_000_000) with { Status = text }, Trial("b", 0.5, 2)],
    };
}
