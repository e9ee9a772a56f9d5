using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using GardenerML.Search;
using GardenerML.Tests.Reporting;
using GardenerML.Tests.Sensitivity;
using GardenerML.Tests.Training;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class SearchVerbTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 5);

    public void Dispose() => _set.Dispose();

    private string[] Arguments(string folder, params string[] more) =>
    [
        "search", "--data", _set.Videos, "--checkpoint", _set.Checkpoint(), "--minutes", "10", "--sampling-rate", "1", "--device", "cpu",
        "--batch-size", "4", "--learning-rate", "1e-3", "-o", _set.File(folder), "--json", .. more,
    ];

    [TestMethod]
    public async Task Trials_the_best_and_the_fronts_are_printed_and_the_best_model_is_saved()
    {
        var run = await CliRun.Of(Arguments("out", "--epochs", "1", "--criterion", "entropy,l1", "--max-size", "10"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(
            new[] { "trials", "best", "zip", "pareto" }, run.Json.EnumerateObject().Select(property => property.Name).ToArray());
        var trials = run.Json.GetProperty("trials").EnumerateArray().ToArray();
        Assert.IsTrue(trials.All(trial => trial.GetProperty("state").GetString() == "Completed" && File.Exists(trial.GetProperty("zip").GetString())));
        Assert.HasCount(trials.Length, trials.Select(trial => trial.GetProperty("removed").ToString()).Distinct().ToArray());
        var best = run.Json.GetProperty("best");
        Assert.AreEqual(trials.Max(trial => trial.GetProperty("accuracy").GetDouble()), best.GetProperty("accuracy").GetDouble());
        Assert.IsGreaterThan(0, run.Json.GetProperty("pareto").GetProperty("latency").GetArrayLength());
        Assert.IsGreaterThan(0, run.Json.GetProperty("pareto").GetProperty("size").GetArrayLength());

        Assert.AreEqual(_set.File("out/best.zip"), run.Json.GetProperty("zip").GetString());
        var evaluated = await CliRun.Of("evaluate", _set.File("out/best.zip"), "--data", _set.Videos, "--subset", "validation", "--json");
        Assert.AreEqual(best.GetProperty("accuracy").GetDouble(), evaluated.Json.GetProperty("accuracy").GetDouble());
        Assert.AreEqual(best.GetProperty("uar").GetDouble(), evaluated.Json.GetProperty("uar").GetDouble());
    }

    [TestMethod]
    public async Task Bisection_halving_and_random_go_on_in_the_same_folder_and_no_model_within_the_limits_is_a_failure()
    {
        var run = await CliRun.Of(Arguments("out", "--epochs", "2", "--tuner", "halving"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(new[] { 1, 1, 1, 2 }, Trained(run));
        StringAssert.Contains(run.Error, "went on in a later one");
        run = await CliRun.Of(Arguments("out", "--epochs", "2", "--tuner", "bisection", "--min-accuracy", "0", "--max-trials", "5"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        run = await CliRun.Of(Arguments("out", "--epochs", "2", "--tuner", "random"));
        CollectionAssert.AreEquivalent(new[] { 1, 1, 1, 2, 2, 2 }, Trained(run));
        run = await CliRun.Of(Arguments("out", "--epochs", "2", "--max-gflops", "1e-6"));
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "no best model. Loosen --min-accuracy or the --max limits");
        Assert.IsFalse(run.Json.TryGetProperty("best", out _));
        StringAssert.Contains(run.Error, $"{_set.File("out/best.zip")} is left from an earlier run");
        Assert.IsTrue(File.Exists(_set.File("out/best.zip")));

        static int[] Trained(CliRun run) =>
            [.. run.Json.GetProperty("trials").EnumerateArray().Select(trial => trial.GetProperty("trainedEpochs").GetInt32())];
    }

    [TestMethod]
    public async Task Without_a_checkpoint_the_shipped_one_is_pruned_and_people_see_a_table()
    {
        var run = await CliRun.Of(
            "search", "--data", _set.Videos, "--minutes", "10", "--epochs", "1", "--removals", "6,9", "--device", "cpu", "-o", _set.File("out"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "10^6 weights");
        StringAssert.Contains(run.Output.ReplaceLineEndings(""), "Best model: " + _set.File("out/best.zip"));

        var quiet = await CliRun.Of(
            "search", "--data", _set.Videos, "--minutes", "10", "--epochs", "1", "--removals", "6,9", "--device", "cpu", "-o", _set.File("out"), "--quiet");
        Assert.AreEqual($"Best model: {_set.File("out/best.zip")}", quiet.Output.ReplaceLineEndings(""));

        run = await CliRun.Of("report", _set.File("out"), "-o", _set.File("search.html"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var page = File.ReadAllText(_set.File("search.html"));
        using var result = await GardenerExperiment.ReadResultAsync(_set.File("out"));
        foreach (var trial in result.Trials)
        {
            StringAssert.Contains(page, trial.Settings.ToString());
            StringAssert.Contains(page, trial.Result!.Cost!.Parameters.ToString("N0", CultureInfo.InvariantCulture));
        }
        StringAssert.Contains(page, "completed, the best");
        await Assert.ThrowsExactlyAsync<FileNotFoundException>(() => GardenerExperiment.ReadResultAsync(_set.Videos));
    }

    [TestMethod]
    public async Task After_Ctrl_C_the_same_command_goes_on()
    {
        var arguments = Arguments("out", "--epochs", "20", "--removals", "1");
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, arguments);
        while (!cancelled.IsCompleted && State("out").Length == 0)
            await Task.Delay(1);
        await source.CancelAsync();
        Assert.AreEqual(130, (await cancelled).ExitCode);
        StringAssert.Contains((await cancelled).Error, "The same command goes on");
        Assert.AreEqual("Interrupted", (await cancelled).Json.GetProperty("trials")[0].GetProperty("state").GetString());
        Assert.IsFalse(File.Exists(_set.File("out/best.zip")));
        var run = await CliRun.Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(1, run.Json.GetProperty("trials").GetArrayLength());
    }

    [TestMethod]
    public async Task After_Ctrl_C_or_the_end_of_the_time_there_is_a_table_and_the_best_model_so_far()
    {
        // The second trial is long enough to be stopped.
        var first = await CliRun.Of(Arguments("out", "--epochs", "1", "--removals", "1"));
        Assert.AreEqual(0, first.ExitCode, first.Error);
        File.Delete(_set.File("out/best.zip"));
        string[] people = [.. Arguments("out", "--epochs", "2000", "--removals", "2").Where(word => word != "--json")];
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, people);
        while (!cancelled.IsCompleted && State("out").Length == 0)
            await Task.Delay(1);
        await source.CancelAsync();
        Assert.AreEqual(130, (await cancelled).ExitCode, (await cancelled).Error);
        StringAssert.Contains((await cancelled).Output, "interrupted");
        StringAssert.Contains((await cancelled).Output, $"Best model: {_set.File("out/best.zip")}");
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(first.Json.GetProperty("best").GetProperty("zip").GetString()!), await File.ReadAllBytesAsync(_set.File("out/best.zip")));

        var page = _set.File("search.html");
        var run = await CliRun.Of("report", _set.File("out"), "-o", page);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var report = ReportReader.Parse(await File.ReadAllTextAsync(page));
        Assert.AreEqual("1 completed, 1 interrupted", report.Value("Trials"));
        StringAssert.StartsWith(report.Value("Data"), $"{_set.Videos}; compared on ");
        Assert.AreEqual(_set.Checkpoint(), report.Value("Checkpoint"));
        Assert.AreEqual("completed, the best", report.Rows("The trials")[0][7]);

        // Without a completed trial the end of the time is a failure.
        people = [.. Arguments("other", "--epochs", "2000", "--removals", "2").Where(word => word != "--json")];
        people[Array.IndexOf(people, "--minutes") + 1] = "0.05";
        run = await CliRun.Of(people);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "No trial was completed in 3 s");
        StringAssert.Contains(run.Output, "interrupted");
    }

    [TestMethod]
    public async Task Ctrl_C_before_the_search_has_begun_shows_and_keeps_nothing_of_an_earlier_one()
    {
        var first = await CliRun.Of(Arguments("out", "--epochs", "1", "--removals", "1"));
        Assert.AreEqual(0, first.ExitCode, first.Error);
        await File.WriteAllTextAsync(_set.File("out/best.zip"), "of the earlier run");
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var cancelled = await CliRun.Of(source.Token, Arguments("out", "--epochs", "1", "--removals", "1", "--max-size", "10"));
        Assert.AreEqual((130, ""), (cancelled.ExitCode, cancelled.Output), cancelled.Error);
        StringAssert.Contains(cancelled.Error, "Cancelled.");
        Assert.AreEqual("of the earlier run", await File.ReadAllTextAsync(_set.File("out/best.zip")));
    }

    [TestMethod]
    public async Task What_cannot_be_kept_after_Ctrl_C_is_told_and_it_is_Ctrl_C_all_the_same()
    {
        var first = await CliRun.Of(Arguments("out", "--epochs", "1", "--removals", "1"));
        Assert.AreEqual(0, first.ExitCode, first.Error);
        File.Delete(first.Json.GetProperty("best").GetProperty("zip").GetString()!);
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, Arguments("out", "--epochs", "2000", "--removals", "2"));
        while (!cancelled.IsCompleted && State("out").Length == 0)
            await Task.Delay(1);
        await source.CancelAsync();
        Assert.AreEqual((130, ""), ((await cancelled).ExitCode, (await cancelled).Output), (await cancelled).Error);
        StringAssert.Contains((await cancelled).Error, Path.GetFileName(first.Json.GetProperty("best").GetProperty("zip").GetString()!));
        StringAssert.Contains((await cancelled).Error, "Cancelled.");
    }

    [TestMethod]
    public async Task What_is_no_number_of_blocks_is_said_of_removals()
    {
        var run = await CliRun.Of("search", "--data", ".", "-o", "out", "--minutes", "1", "--removals", "1,x");
        StringAssert.Contains(run.Error, "--removals: 'x' is not a number of blocks to remove");
    }

    [TestMethod]
    public async Task A_process_that_is_killed_again_and_again_ends_with_the_trials_and_weights_of_one_that_is_not()
    {
        const int Kills = 4;
        string[] training = ["--epochs", "12"];
        var whole = await CliRun.Of(Arguments("whole", training));
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        var random = new Random(1);
        for (var kills = 0; ; kills++)
        {
            var before = LastState();
            using var process = Process.Start(new ProcessStartInfo(
                Path.Combine(AppContext.BaseDirectory, "Gardener.MLNet.Samples" + (OperatingSystem.IsWindows() ? ".exe" : "")), Arguments("out", training))
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (kills < Kills)
            {
                while (!process.HasExited && LastState() == before)
                    await Task.Delay(1);
                // Anywhere in a step, while the state is being written, or between two trials.
                await Task.Delay(random.Next(150));
                process.Kill();
            }
            await process.WaitForExitAsync();
            await Task.WhenAll(output, errors);
            if (kills < Kills)
                continue;
            Assert.AreEqual(0, process.ExitCode, await errors);
            var trials = JsonDocument.Parse(await output).RootElement.GetProperty("trials").EnumerateArray().ToArray();
            CollectionAssert.AreEqual(Outcome(whole.Json.GetProperty("trials").EnumerateArray()), Outcome(trials));
            foreach (var (expected, actual) in whole.Json.GetProperty("trials").EnumerateArray().Zip(trials))
                CollectionAssert.AreEqual(Weights(expected), Weights(actual));
            break;
        }

        string[] Outcome(IEnumerable<JsonElement> trials) =>
            [.. trials.Select(trial => $"{trial.GetProperty("id")} {trial.GetProperty("removed")} {trial.GetProperty("state")} {trial.GetProperty("accuracy")}")];

        string LastState() => string.Join('\n', State("out").Order().Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks}"));
    }

    [TestMethod]
    public async Task Two_processes_in_one_folder_share_the_trials_and_run_each_once()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            using var process = Process.Start(new ProcessStartInfo(
                Path.Combine(AppContext.BaseDirectory, "Gardener.MLNet.Samples" + (OperatingSystem.IsWindows() ? ".exe" : "")),
                Arguments("out", "--epochs", "3", "--criterion", "entropy,l1"))
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.AreEqual(0, process.ExitCode, await errors);
            return (Json: JsonDocument.Parse(await output).RootElement, Told: await errors);
        }));
        var trials = runs.Select(run => run.Json.GetProperty("trials").ToString()).Distinct().ToArray();
        Assert.HasCount(1, trials, "both wait for the other's trials");
        // Each tells of the trials that it ran itself.
        var ids = runs[0].Json.GetProperty("trials").EnumerateArray().Select(trial => trial.GetProperty("id").GetInt32()).ToArray();
        var told = runs.SelectMany(run => Regex.Matches(run.Told, @"^Trial (\d+), ", RegexOptions.Multiline).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
        CollectionAssert.AreEquivalent(ids, told.ToArray());
    }

    [TestMethod]
    [DataRow("--data . -o out")]
    [DataRow("--data . --minutes 1")]
    [DataRow("-o out --minutes 1")]
    [DataRow("--data . -o out --minutes 0")]
    [DataRow("--data . -o out --minutes 100000")]
    [DataRow("--data . -o out --minutes 1 --tuner best")]
    [DataRow("--data . -o out --minutes 1 --tuner bisection")]
    [DataRow("--data . -o out --minutes 1 --max-trials 0")]
    [DataRow("--data . -o out --minutes 1 --min-accuracy 85")]
    [DataRow("--data . -o out --minutes 1 --max-latency 0")]
    [DataRow("--data . -o out --minutes 1 --max-parameters 0")]
    [DataRow("--data . -o out --minutes 1 --max-gflops 0")]
    [DataRow("--data . -o out --minutes 1 --max-size 0")]
    [DataRow("--data . -o out --minutes 1 --criterion entropy,best")]
    [DataRow("--data . -o out --minutes 1 --removals 1,x")]
    public async Task Wrong_usage_ends_with_2(string arguments)
    {
        var run = await CliRun.Of(["search", .. arguments.Split(' ')]);
        Assert.AreEqual((2, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "search --help");
    }

    private string[] State(string folder)
    {
        try
        {
            var states = Path.Combine(_set.File(folder), "training");
            return Directory.Exists(states) ? Directory.GetFiles(states, "state.safetensors", SearchOption.AllDirectories) : [];
        }
        catch (DirectoryNotFoundException)
        {
            // It is deleted when a trial ends.
            return [];
        }
    }

    private static float[] Weights(JsonElement trial)
    {
        using var model = (TransformerChain<ITransformer>)new MLContext().Model.Load(trial.GetProperty("zip").GetString(), out _);
        return ((VideoClassifierTransformer)model.LastTransformer).Weights();
    }
}
