using GardenerML.Reporting;
using GardenerML.Tests.Checkpoints;
using GardenerML.Tests.Training;
using Microsoft.ML;

namespace GardenerML.Tests.Documentation;

/// <summary>The code of docs/reporting.md stands here between marks: it is compiled and run.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ReportingPageTests
{
    [TestMethod]
    public void The_code_that_is_shown_is_the_code_below() => ShownCode.Check("reporting.md", nameof(ReportingPageTests));

    [TestMethod]
    public void The_code_that_is_shown_writes_a_page()
    {
        using var folder = new TemporaryFolder();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            Show(new MLContext(1));
            StringAssert.Contains(File.ReadAllText("report.html"), "<h1>Eight motions</h1>");
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }

    private static void Show(MLContext mlContext)
    {
        var test = mlContext.Keyed(TinyData.Rows(9));
        using var model = mlContext.Trainer(TinyData.Options).Fit(test);
        // <shown>
        var report = HtmlReport.Of(model, "Eight motions", measureSpeed: true) with
        {
            Metrics = mlContext.MulticlassClassification.EvaluateVideo(model, test),
            Predictions = PredictedVideo.Of(mlContext, model, test, count: 8),
        };
        report.Save("report.html");
        // </shown>
    }
}
