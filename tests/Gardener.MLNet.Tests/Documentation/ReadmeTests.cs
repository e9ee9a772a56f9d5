using System.Diagnostics;
using GardenerML.Samples.Motion;
using Microsoft.ML;

namespace GardenerML.Tests.Documentation;

/// <summary>The README's program is a program: the same lines are built, and run in a process of their own.</summary>
[TestClass]
public sealed class ReadmeTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void The_pipeline_shown_is_the_sample_program()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root(), "README.md"));
        var shown = readme.Split("```csharp\n")[1].Split("```")[0];
        Assert.AreEqual(File.ReadAllText(Path.Combine(Repository.Root(), "samples", "FiveLines", "Program.cs")), shown);
    }

    [TestMethod]
    public void The_sample_program_trains_prunes_saves_and_evaluates()
    {
        var folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            var data = Path.Combine(folder, "output", "quickstart", "motion");
            Directory.CreateDirectory(Path.GetDirectoryName(data)!);
            MotionDataset.Create(data, new MotionDatasetOptions { Groups = 3, ClipsPerGroup = 1, ImageSize = 32 },
                cancellationToken: TestContext.CancellationToken);

            var output = Run(folder);
            StringAssert.Contains(output, "videomae-tiny: 3 of 12 blocks removed by entropy");
            StringAssert.Matches(output, new("WAR [01]\\.\\d{3}, UAR [01]\\.\\d{3}"));
            new MLContext().Model.Load(Path.Combine(folder, "output", "model.zip"), out var schema);
            Assert.IsNotNull(schema.GetColumnOrNull("VideoPath"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    [DataRow("FiveLines", 1, "quick start")]
    [DataRow("OnnxScoring", 2, "Usage")]
    [DataRow("OnnxScoring", 1, "gone.zip", "gone.zip", "gone.avi")]
    public void A_sample_that_lacks_what_it_needs_ends_with_one_line(string sample, int code, string message, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("readme").FullName;
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(Repository.SampleProgram(sample), arguments) { WorkingDirectory = folder, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.AreEqual(code, process.ExitCode, errors);
            StringAssert.Contains(errors, message);
            Assert.HasCount(1, errors.Trim().Split('\n'));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Run(string folder)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Repository.SampleProgram("FiveLines")) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output;
    }
}
