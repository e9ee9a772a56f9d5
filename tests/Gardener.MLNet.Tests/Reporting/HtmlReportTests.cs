using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using GardenerML.Reporting;
using GardenerML.Reporting.Figures;
using GardenerML.Search;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Search;
using OpenCvSharp;

namespace GardenerML.Tests.Reporting;

/// <summary>What is on a page, and that it is safe to open.</summary>
[TestClass]
public sealed class HtmlReportTests
{
    private static readonly string[] AllSections =
        ["model", "evaluation", "predictions", "blocks", "weights", "training", "experiment", "search"];

    [TestMethod]
    public void A_section_is_there_when_what_it_shows_is()
    {
        var full = ReportData.Full("x");
        CollectionAssert.AreEqual(AllSections, full.Page().SectionIds());
        CollectionAssert.AreEqual(
            AllSections.Select(id => "#" + id).ToArray(), full.Page().All("nav").Single().Descendants().Attributes("href").Select(link => link.Value).ToArray());
        (HtmlReport Report, string Absent)[] less =
        [
            (full with { Facts = [], Costs = [] }, "model"), (full with { Metrics = null }, "evaluation"), (full with { Predictions = [] }, "predictions"),
            (full with { PruningPlan = null }, "blocks"), (full with { Weights = [] }, "weights"), (full with { TrainingHistory = [] }, "training"),
            (full with { Experiment = null }, "experiment"), (full with { Trials = [] }, "search"),
        ];
        foreach (var (report, absent) in less)
            CollectionAssert.AreEqual(AllSections.Where(id => id != absent).ToArray(), report.Page().SectionIds());
        Assert.IsEmpty(new HtmlReport { Title = "empty" }.Page().SectionIds());
    }

    [TestMethod]
    public void Texts_from_outside_stay_texts()
    {
        var html = ReportData.Full(ReportData.Hostile).ToHtml();
        var page = ReportReader.Parse(html);
        Assert.IsEmpty(page.All("script"));
        Assert.DoesNotContain("<script", html);
        Assert.AreEqual(ReportData.HostileShown, page.All("title").Single().Value);
        Assert.AreEqual(ReportData.HostileShown, page.All("h1").Single().Value);
        Assert.AreEqual(ReportData.HostileShown, page.Value("Made from"));
        Assert.AreEqual(ReportData.HostileShown, page.Rows("Recall")[0][0]);
        Assert.AreEqual(ReportData.HostileShown, page.Rows("Confusion matrix")[0][0]);
        Assert.AreEqual(ReportData.HostileShown, page.Rows("The commonest confusions")[0][0]);
        Assert.AreEqual(ReportData.HostileShown, page.Rows("The trials")[0][0]);
        Assert.AreEqual(ReportData.HostileShown, page.Rows("The trials")[0][7]);
        Assert.AreEqual(ReportData.HostileShown, page.Section("predictions").All("strong").ElementAt(1).Value);
        StringAssert.Contains(page.Section("blocks").Value, ReportData.HostileShown);
        Assert.IsTrue(page.Section("predictions").All("img").All(image => image.Attribute("alt")!.Value.StartsWith(ReportData.HostileShown)));
    }

    [TestMethod]
    public void A_page_asks_for_nothing_from_elsewhere()
    {
        foreach (var report in new[] { ReportData.Full("x"), ReportData.Full(ReportData.Hostile), new HtmlReport { Title = "map", Metrics = ReportData.Metrics(30, 300) } })
        {
            var page = report.Page();
            foreach (var attribute in page.DescendantsAndSelf().Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            {
                if (attribute.Name.LocalName is "src" or "href")
                    StringAssert.Matches(attribute.Value, new("^(#|data:image/)"));
                else if (attribute.Value.Contains("url("))
                    Assert.IsTrue(page.Descendants().Any(element => $"url(#{element.Attribute("id")?.Value})" == attribute.Value), attribute.Value);
                Assert.IsFalse(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal), attribute.Name.LocalName);
            }
            var style = page.All("style").Single().Value;
            Assert.DoesNotContain("url(", style);
            Assert.DoesNotContain("@import", style);
            CollectionAssert.IsNotSubsetOf(new[] { "link", "iframe", "object" }, page.Descendants().Select(element => element.Name.LocalName).ToArray());
        }
    }

    [TestMethod]
    public void A_page_is_HTML_as_browsers_read_it_and_tells_what_pictures_show()
    {
        var html = ReportData.Full("x").ToHtml();
        // In HTML only these end in themselves; of any other element the rest of the page would become a part.
        foreach (Match match in Regex.Matches(html.Split("<svg")[0], "<([a-z0-9]+)[^<>]*/>"))
            CollectionAssert.Contains(new[] { "meta", "img", "br" }, match.Groups[1].Value);
        var page = ReportReader.Parse(html);
        foreach (var table in page.All("table"))
        {
            Assert.AreNotEqual("", table.Element(ReportReader.Xhtml + "caption")!.Value);
            Assert.IsTrue(table.Element(ReportReader.Xhtml + "tbody")!.Elements().All(row => row.Elements().First().Attribute("scope")?.Value == "row"));
        }
        Assert.IsTrue(page.All("img").All(image => image.Attribute("alt")!.Value.Length > 0));
        var figures = page.Descendants().Where(element => element.Name.LocalName == "svg").ToArray();
        Assert.HasCount(8, figures);
        Assert.IsTrue(Array.TrueForAll(figures, figure => figure.Attribute("role")!.Value == "img" && figure.Attribute("aria-label")!.Value.Length > 10));
        // The placeholders of the page's colours are gone, and its colours are there.
        Assert.DoesNotContain("#01020", html);
        Assert.IsTrue(Array.TrueForAll(figures, figure => figure.Descendants().Attributes("fill").Any(fill => fill.Value == "currentColor")));
        CollectionAssert.AllItemsAreUnique(figures.Select(figure => figure.ToString().Length).ToArray());
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        CollectionAssert.AllItemsAreUnique(ids);
    }

    [TestMethod]
    public void Metrics_are_those_of_a_count_by_hand()
    {
        // 30 clips of 3 classes, ten each; clips 0, 5, ... 25 are taken for the next class: two of each class.
        var page = new HtmlReport { Title = "x", Metrics = ReportData.Metrics(3, 30) }.Page();
        Assert.AreEqual("0.8000", page.Value("Accuracy (top-1, WAR)"));
        Assert.AreEqual("0.8000", page.Value("Mean class recall (UAR)"));
        Assert.AreEqual("30", page.Value("Clips"));
        var logLoss = ((24 * -Math.Log(0.75)) + (6 * -Math.Log(1e-15f))) / 30;
        Assert.AreEqual(logLoss, double.Parse(page.Value("Log-loss, nats"), CultureInfo.InvariantCulture), 1e-3);
        string[][] expected = [["class 0", "8", "2", "0"], ["class 1", "0", "8", "2"], ["class 2", "2", "0", "8"]];
        foreach (var (row, actual) in expected.Zip(page.Rows("Confusion matrix")))
            CollectionAssert.AreEqual(row, actual);
        Assert.HasCount(3, page.Rows("The commonest confusions"));
        foreach (var row in page.Rows("Recall of each class"))
            CollectionAssert.AreEqual(new[] { "10", "0.8000" }, row[1..3]);
    }

    [TestMethod]
    public void More_classes_than_a_table_has_room_for_are_a_picture()
    {
        var metrics = ReportData.Metrics(30, 300);
        var page = new HtmlReport { Title = "x", Metrics = metrics }.Page();
        var picture = page.Section("evaluation").All("img").Single().Attribute("src")!.Value;
        using var pixels = Cv2.ImDecode(Convert.FromBase64String(picture.Split(',')[1]), ImreadModes.Unchanged);
        Assert.AreEqual((30, 30, 4), (pixels.Rows, pixels.Cols, pixels.Channels()));
        for (var label = 0; label < 30; label++)
        {
            for (var predicted = 0; predicted < 30; predicted++)
            {
                var alpha = pixels.At<Vec4b>(label, predicted).Item3;
                Assert.AreEqual(255 * Math.Sqrt(metrics.ConfusionMatrix[label][predicted] / 10.0), alpha, 0.5);
            }
        }
        Assert.HasCount(30, page.Rows("Recall of each class"));
    }

    [TestMethod]
    public void Blocks_have_the_golden_entropies_and_removed_ones_are_marked()
    {
        var page = new HtmlReport { Title = "x", PruningPlan = ReportData.Plan }.Page();
        var golden = JsonDocument.Parse(File.ReadAllText(ReferenceData.Golden("tiny-b-half", "block-stats.json"))).RootElement.GetProperty("blocks");
        var rows = page.Rows("The blocks of the checkpoint");
        Assert.HasCount(golden.GetArrayLength(), rows);
        foreach (var (row, block) in rows.Zip(golden.EnumerateArray()))
            Assert.AreEqual(block.GetProperty("halfGridEntropy").GetDouble(), double.Parse(row[2], CultureInfo.InvariantCulture), 1e-6);
        CollectionAssert.AreEqual(
            ReportData.Plan.Removed.ToArray(), rows.Where(row => row[7] == "removed").Select(row => int.Parse(row[0], CultureInfo.InvariantCulture)).ToArray());
    }

    [TestMethod]
    public void Values_that_are_not_finite_have_no_bar_and_break_nothing()
    {
        var plan = ReportData.Plan with
        {
            Blocks = [.. ReportData.Plan.Blocks.Select((block, i) => block with
            {
                Value = i switch { 0 => double.PositiveInfinity, 1 => double.NegativeInfinity, _ => block.Value },
                StandardError = null,
            })],
        };
        var rows = new HtmlReport { Title = "x", PruningPlan = plan }.Page().Rows("The blocks of the checkpoint");
        Assert.AreEqual(("infinite", "-infinite"), (rows[0][2], rows[1][2]));
        var equal = plan with { Blocks = [.. plan.Blocks.Select(block => block with { Value = 1 })] };
        var none = plan with { Blocks = [.. plan.Blocks.Select(block => block with { Value = double.NegativeInfinity })] };
        Assert.IsNotEmpty(new HtmlReport { Title = "x", PruningPlan = equal }.Page().Descendants().Where(element => element.Name.LocalName == "svg"));
        Assert.IsEmpty(new HtmlReport { Title = "x", PruningPlan = none }.Page().Descendants().Where(element => element.Name.LocalName == "svg"));
    }

    [TestMethod]
    public void Tables_of_costs_epochs_and_experiments_have_their_numbers()
    {
        var page = ReportData.Full("entropy").Page();
        var costs = page.Rows("What the model costs");
        CollectionAssert.AreEqual(new[] { "Parameters", "2,000", "1,500", "-25.0%" }, costs[1]);
        CollectionAssert.AreEqual(new[] { "Clips per second, one at a time", "125.0", "200.0", "+60.0%" }, costs[4]);
        CollectionAssert.AreEqual(
            new[] { "2", "1.0000", "0.7500", "1.2500", "0.6250", "0.2500", "5e-4", "12.5" }, page.Rows("The epochs")[1]);
        CollectionAssert.AreEqual(new[] { "entropy", "80.00 50.0 to 87.5", "80.00 50.0 to 87.5" }, page.Rows("WAR in percent")[0]);
        CollectionAssert.AreEqual(new[] { "1", "9.3750", "0.0100", "2 =", "25.00 12.5 to 50.0", "2" }, page.Rows("The blocks: entropy")[1]);
        CollectionAssert.AreEqual(new[] { "entropy", "0.750 [0.500, 0.875]", "-" }, page.Rows("Rank correlation")[0]);
        CollectionAssert.AreEqual(
            new[] { "entropy", "0.7500", "4.00", "1.00", "1,234,567", "1.5000", "0, 2-4", "entropy", "latency, size" }, page.Rows("The trials")[0]);
        CollectionAssert.AreEqual(new[] { "b", "0.5000", "2.00", "-" }, page.Rows("The trials")[1][..4]);
        CollectionAssert.AreEqual(new[] { "early", "0, 1", "10", "0.125000", "0.500000", "10.00%" }, page.Rows("The weights of each part")[0]);
    }

    [TestMethod]
    public void A_search_of_one_trial_is_one_trial_in_a_plot_with_a_range()
    {
        var report = new HtmlReport { Title = "one", Trials = [ReportData.Trial("only", 0.75, 4, 1_000_000)] };
        StringAssert.StartsWith(report.Page().Section("search").Elements().ElementAt(1).Value, "1 trial. ");
        var figures = ReportFigures.Trials(report).ToArray();
        foreach (var (figure, cost) in figures.Zip([4.0, 1.0]))
        {
            StringAssert.StartsWith(figure.Description, "1 trial; ");
            using var plot = figure.Draw(FigureTheme.White);
            var limits = plot.Axes.GetLimits();
            Assert.AreEqual((0.9 * cost, 1.1 * cost, 70, 80), (limits.Left, limits.Right, limits.Bottom, limits.Top));
        }
        Assert.HasCount(2, figures);
    }

    [TestMethod]
    public void A_search_says_what_it_was_of_and_why_trials_were_not_trained()
    {
        var (small, large) = (Trials.Of(2, id: 1), Trials.Of(0, id: 2));
        var constraints = new GardenerConstraints { MaximumParameters = 1100, MinimumMeanClassRecall = 0.5 };
        GardenerTrial[] trials =
        [
            Trials.Completed(small, 0.75).Ended(),
            new GardenerTrialResult
            {
                TrialSettings = large,
                State = GardenerTrialState.Infeasible,
                Cost = Trials.Cost(large),
                Error = constraints.Exceeded(Trials.Cost(large)),
            }.Ended(),
        ];
        using var search = new GardenerExperimentResult("folder", trials, new GardenerExperimentDescription
        {
            Checkpoint = "videomae-tiny",
            DataName = "UCF-101",
            Constraints = constraints,
            Metric = GardenerMetric.MeanClassRecall,
        });
        var page = HtmlReport.Of(search, "Search").Page();
        foreach (var (term, value) in ((string, string)[])
        [
            ("Data", "UCF-101; compared on 10 clips"), ("Checkpoint", "videomae-tiny"),
            ("Limits", "mean class recall at least 0.5, at most 1,100 parameters"), ("Compared by", "mean class recall (UAR), the highest"),
            ("Trials", "1 completed, 1 infeasible"), ("Best", small.ToString()),
        ])
            Assert.AreEqual(value, page.Value(term));
        var rows = page.Rows("The trials");
        Assert.AreEqual("completed, the best", rows[0][7]);
        Assert.AreEqual("infeasible: 1,200 parameters, of at most 1,100", rows[1][7]);
    }

    [TestMethod]
    public void A_long_history_and_a_large_search_stay_small()
    {
        var report = new HtmlReport
        {
            Title = "large",
            TrainingHistory = ReportData.History(5000),
            Trials = [.. Enumerable.Range(0, 3000).Select(i => ReportData.Trial($"trial {i}", i / 3000.0, 3000 - i, 4))],
            Metrics = ReportData.Metrics(400, 4000),
        };
        var html = report.ToHtml();
        Assert.IsLessThan(3_000_000, html.Length);
        var page = ReportReader.Parse(html);
        Assert.HasCount(1000, page.Rows("The epochs (the first 1,000 rows)"));
        Assert.AreEqual("trial 2999", page.Rows("The trials")[0][0]);
        Assert.HasCount(1, page.All("details"));
    }

    [TestMethod]
    public void A_page_is_saved_whole_and_figures_are_pictures()
    {
        using var folder = new TemporaryFolder();
        var report = ReportData.Full("x");
        var path = folder.File("report.html");
        File.WriteAllText(path, "old");
        report.Save(path);
        Assert.AreEqual(report.ToHtml(), File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFiles(folder.Path));
        var figures = report.SaveFigures(folder.File("figures"));
        CollectionAssert.AreEqual(
            new[] { "blocks.png", "weights.png", "loss.png", "accuracy.png", "pruning-curves.png", "entropy-oracle.png", "front-latency.png", "front-size.png" },
            figures.Select(figure => Path.GetFileName(figure)).ToArray());
        CollectionAssert.AreEquivalent(figures.ToArray(), Directory.GetFiles(folder.File("figures")));
        foreach (var figure in figures)
        {
            using var picture = Cv2.ImRead(figure);
            Assert.IsGreaterThan(500, picture.Width);
            Cv2.MeanStdDev(picture, out _, out var deviation);
            Assert.IsGreaterThan(10, deviation.Val0, $"{figure} is empty");
        }
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => report.Save(folder.File("absent/report.html")));
    }
}
