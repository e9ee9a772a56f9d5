using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GardenerML.Checkpoints;
using GardenerML.Samples.Motion;
using GardenerML.Search;
using GardenerML.Tests.Checkpoints;
using GardenerML.Training;

namespace GardenerML.Tests.Orleans;

/// <summary>A search on a cluster of processes of this machine, by the sample program.</summary>
[TestClass]
public sealed class ClusterTests : IDisposable
{
    private const int Silos = 3;

    // 0, 1 and 2 of three blocks, at two learning rates.
    private const int Count = 6;
    private const string Starts = "Trial starts: ";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(int Silo, string Line)> _told = new();
    private readonly List<Process> _processes = [];

    public required TestContext TestContext { get; init; }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Dispose();
    }

    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = true)]
    public async Task A_search_outlives_a_killed_silo_and_has_each_result_once()
    {
        CreateData();
        var port = FreePort();
        var silos = Enumerable.Range(0, Silos).Select(silo => Start(silo, port, "worker")).ToArray();
        var search = Start(Silos, port, "search");

        // The first silo keeps the list of members; with it the cluster would be lost.
        var (killed, line) = await FirstAsync(told => told.Silo is > 0 and < Silos && told.Line.Contains(Starts));
        silos[killed].Kill();
        var trial = line[line.IndexOf(Starts, StringComparison.Ordinal)..];
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(0, search.ExitCode, string.Join('\n', _told));

        Assert.IsFalse(_told.Any(told => told.Silo == killed && told.Line.Contains(trial.Replace("starts", "ends").TrimEnd('.'))), "it was killed within the trial");
        Assert.IsTrue(_told.Any(told => told.Silo != killed && told.Line.Contains(trial)), $"another silo ran it: {string.Join('\n', _told)}");
        await using var store = new SqliteTrialStore(Path.Combine(_folder.File("search"), "trials.db"));
        var trials = await store.GetTrialsAsync(TestContext.CancellationToken);
        Assert.HasCount(Count, trials);
        foreach (var one in trials)
        {
            Assert.AreEqual(GardenerTrialState.Completed, one.State, one.Result?.Error);
            Assert.IsTrue(File.Exists(Path.Combine(_folder.File("search"), "models", $"{one.Settings.Key}.zip")));
        }
        Assert.HasCount(Count, trials.Select(one => one.Settings.Key).Distinct().ToArray());
        Assert.AreEqual(Count, _told.Count(told => told.Silo == Silos && told.Line.Contains(": Completed, accuracy ")));
        foreach (var id in Enumerable.Range(1, Count))
        {
            Assert.IsTrue(_told.Any(told => told.Silo == Silos && told.Line.StartsWith($"Trial {id} starts: ", StringComparison.Ordinal)), $"{id}");
            Assert.IsTrue(_told.Any(told => told.Silo == Silos && told.Line.StartsWith($"Trial {id} ends: accuracy ", StringComparison.Ordinal)), $"{id}");
        }
        using var result = await GardenerExperiment.ReadResultAsync(_folder.File("search"));
        CollectionAssert.AreEqual(File.ReadAllBytes(result.BestModelFile), File.ReadAllBytes(_folder.File("search/best.zip")));
    }

    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = true)]
    public async Task A_silo_with_other_clips_runs_no_trials_and_fails_none()
    {
        CreateData();
        var port = FreePort();
        Start(0, port, "worker", ("frames", 2));
        var search = Start(Silos, port, "search", ("epochs", 1));
        await FirstAsync(told => told.Silo == 0 && told.Line.Contains("This silo cannot run trials"));
        Start(1, port, "worker");
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(0, search.ExitCode, string.Join('\n', _told));
        Assert.IsTrue(_told.Any(told => told.Silo == 0 && told.Line.Contains("of another experiment: clips was ")), string.Join('\n', _told));
        Assert.IsFalse(_told.Any(told => told.Silo == 0 && told.Line.Contains("Trial ends: ")));
        Assert.AreEqual(Count, _told.Count(told => told.Silo == Silos && told.Line.Contains(": Completed, accuracy ")));
    }

    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = true)]
    public async Task A_trial_whose_state_another_process_holds_waits_and_is_run_when_that_is_gone()
    {
        CreateData();
        var port = FreePort();
        Process search;
        // As a silo does that was given up and still writes.
        using (TrainingStore.Open(_folder.File("search/training/whole.epochs-1.warmup-0.5.rate-0.0005.decay-1.seed-1"), new VideoClassifierOptions()))
        {
            Start(0, port, "worker");
            search = Start(Silos, port, "search", ("epochs", 1), ("silos", 1));
            await FirstAsync(told => told.Silo == 0 && told.Line.Contains("Trial waits: "));
        }
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(0, search.ExitCode, string.Join('\n', _told));
        using var result = await GardenerExperiment.ReadResultAsync(_folder.File("search"));
        Assert.HasCount(Count, result.Trials);
        Assert.IsTrue(result.Trials.All(trial => trial.State == GardenerTrialState.Completed), string.Join('\n', _told));
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [DataRow("--role", "", "--role worker or --role search")]
    [DataRow("--data", "", "--data")]
    [DataRow("--checkpoint", "", "--checkpoint")]
    [DataRow("--folder", "", "--folder")]
    [DataRow("--silos", "many", "many")]
    [DataRow("--lease", "0", "--lease is 0")]
    [DataRow("--lease", "90000", "--lease is 90000")]
    [DataRow("--trials", "-1", "--trials is -1")]
    [DataRow("--epoch", "3", "There is no option --epoch.")]
    public async Task A_wrong_setting_is_one_line(string name, string value, string message)
    {
        var search = Start(Silos, 1, "search", (name[2..], value));
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(2, search.ExitCode, string.Join('\n', _told));
        StringAssert.Contains(_told.Single(told => told.Line.Length > 0).Line, message);
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task Help_names_every_setting_and_what_fails_is_one_line()
    {
        using var help = Process.Start(new ProcessStartInfo(Repository.SampleProgram("ClusterSearch"), "--help") { RedirectStandardOutput = true })!;
        var text = await help.StandardOutput.ReadToEndAsync(TestContext.CancellationToken);
        await help.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(0, help.ExitCode);
        foreach (var name in new[] { "role", "data", "checkpoint", "folder", "frames", "size", "epochs", "trials", "silo", "silos", "port", "lease" })
            StringAssert.Contains(text, $"  --{name} ");

        var search = Start(Silos, FreePort(), "search", ("data", _folder.File("nowhere")));
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(1, search.ExitCode, string.Join('\n', _told));
        StringAssert.Contains(_told.Single(told => told.Line.Length > 0).Line, "nowhere");
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [DataRow("", 1, "nowhere")]
    [DataRow("--environment Production --contentRoot .", 1, "nowhere")]
    [DataRow("--contentRoot absent", 2, "absent")]
    public async Task Settings_may_come_from_the_environment_and_the_host_has_some_of_its_own(string arguments, int code, string message)
    {
        var start = new ProcessStartInfo(Repository.SampleProgram("ClusterSearch"), arguments) { RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("ROLE", "search"), ("DATA", _folder.File("nowhere")), ("CHECKPOINT", "videomae-tiny"), ("FOLDER", _folder.File("search")) })
            start.Environment[name] = value;
        using var search = Process.Start(start)!;
        var error = await search.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        await search.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(code, search.ExitCode, error);
        StringAssert.Contains(error.TrimEnd().Split('\n').Single(), message);
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [DataRow(0)]
    [DataRow(1)]
    public async Task A_second_worker_with_the_same_number_is_refused(int offset)
    {
        var port = FreePort();
        using var taken = new TcpListener(IPAddress.Loopback, port + offset);
        // As a silo does: it would share its ports.
        taken.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        taken.Start();
        var worker = Start(0, port, "worker");
        await worker.WaitForExitAsync(TestContext.CancellationToken);
        worker.WaitForExit();
        Assert.AreEqual(1, worker.ExitCode, string.Join('\n', _told));
        StringAssert.Contains(
            _told.Single(told => told.Line.Length > 0).Line, $"Port {port + offset} is taken: by another worker with --silo 0, or another program.");
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Ending_before_the_search_has_begun_shows_and_keeps_nothing_of_an_earlier_one()
    {
        CreateData();
        // It would be damage if it were read.
        Directory.CreateDirectory(_folder.File("search"));
        await File.WriteAllTextAsync(_folder.File("search/trials.db"), "of another run", TestContext.CancellationToken);
        var search = Start(Silos, FreePort(), "search");
        await FirstAsync(told => told.Line.Contains("No worker answers yet"));
        End(search);
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(130, search.ExitCode, string.Join('\n', _told));
        Assert.IsFalse(_told.Any(told => told.Line.Contains("trials.db")), string.Join('\n', _told));
    }

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [DataRow(false)]
    [DataRow(true)]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Ending_stops_the_search_without_an_error(bool connected)
    {
        CreateData();
        var port = FreePort();
        if (connected)
            Start(0, port, "worker");
        var search = Start(Silos, port, "search");
        await FirstAsync(told => told.Line.Contains(connected ? Starts : "No worker answers yet"));
        End(search);
        await search.WaitForExitAsync(TestContext.CancellationToken);
        search.WaitForExit();
        Assert.AreEqual(130, search.ExitCode, string.Join('\n', _told));
        Assert.IsTrue(_told.Any(told => told.Silo == Silos && told.Line.StartsWith("Stopped. ", StringComparison.Ordinal)));
        Assert.IsFalse(_told.Any(told => told.Silo == Silos && told.Line.Contains("nhandled")));
    }

    // The host takes it as Ctrl+C, which processes in the background are deaf to.
    private static void End(Process process) => Process.Start("kill", ["-TERM", $"{process.Id}"]).Dispose();

    private void CreateData()
    {
        MotionDataset.Create(_folder.File("motion"), new MotionDatasetOptions { Groups = 5, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 8 },
            cancellationToken: TestContext.CancellationToken);
        VideoMaeCheckpointWriter.Save(_folder.File("checkpoint.safetensors"), TinyModel.Content(), CheckpointLayout.SingleFile);
    }

    private Process Start(int silo, int port, string role, params (string Name, object Value)[] others)
    {
        var start = new ProcessStartInfo(Repository.SampleProgram("ClusterSearch")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (IEnumerable<(string, object)>)
            [
                ("role", role), ("silo", silo), ("silos", Silos), ("port", port), ("data", _folder.File("motion")),
                ("checkpoint", _folder.File("checkpoint.safetensors")), ("folder", _folder.File("search")), ("frames", 4), ("size", 32),
                ("epochs", 15), ("lease", 6), .. others, // the last of a name counts
            ])
        {
            start.ArgumentList.Add($"--{name}");
            start.ArgumentList.Add(Convert.ToString(value, CultureInfo.InvariantCulture)!);
        }
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, told) => _told.Enqueue((silo, told.Data ?? ""));
        process.ErrorDataReceived += (_, told) => _told.Enqueue((silo, told.Data ?? ""));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }

    private async Task<(int Silo, string Line)> FirstAsync(Func<(int Silo, string Line), bool> condition)
    {
        while (true)
        {
            if (_told.Cast<(int, string)?>().FirstOrDefault(told => condition(told!.Value)) is { } found)
                return found;
            Assert.IsFalse(_processes.Exists(process => process.HasExited), string.Join('\n', _told));
            await Task.Delay(10, TestContext.CancellationToken);
        }
    }

    /// <summary>A port that was free just now, with as many after it as the silos need.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Enumerable.Range(1, (2 * Silos) - 1).All(IsFree))
                return port;

            bool IsFree(int offset)
            {
                if (port + offset > IPEndPoint.MaxPort)
                    return false;
                using var other = new TcpListener(IPAddress.Loopback, port + offset);
                try
                {
                    other.Start();
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        }
    }
}
