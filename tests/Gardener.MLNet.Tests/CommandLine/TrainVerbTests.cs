using System.Diagnostics;
using System.Text.Json;
using GardenerML.Checkpoints;
using GardenerML.Tests.Sensitivity;
using GardenerML.Tests.Training;
using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class TrainVerbTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 5);

    public void Dispose() => _set.Dispose();

    private string[] Arguments(string zip, params string[] more) =>
    [
        "train", "--data", _set.Videos, "--checkpoint", _set.Checkpoint(), "--sampling-rate", "1", "--device", "cpu", "--batch-size", "4",
        "--learning-rate", "1e-3", "-o", _set.File(zip), "--json", .. more,
    ];

    [TestMethod]
    public async Task A_checkpoint_is_pruned_fine_tuned_validated_and_saved()
    {
        var run = await CliRun.Of(Arguments("out/model.zip", "--remove", "1", "--criterion", "l1", "--epochs", "2", "--log-folder", _set.File("log")));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(
            new[] { "epochs", "validation", "zip" }, run.Json.EnumerateObject().Select(property => property.Name).ToArray());
        var zip = run.Json.GetProperty("zip").GetString()!;
        Assert.AreEqual(_set.File("out/model.zip"), zip);
        Assert.HasCount(1, Directory.GetFiles(_set.File("out")), "nothing half written is left");
        var epochs = run.Json.GetProperty("epochs").EnumerateArray().ToArray();
        CollectionAssert.AreEqual(new[] { 1, 2 }, epochs.Select(epoch => epoch.GetProperty("epoch").GetInt32()).ToArray());
        Assert.IsTrue(JsonElement.DeepEquals(epochs[1].GetProperty("validation"), run.Json.GetProperty("validation")));
        Assert.HasCount(3, await File.ReadAllLinesAsync(Path.Combine(_set.File("log"), "history.csv")));

        // evaluate holds out the same quarter.
        var evaluated = await CliRun.Of("evaluate", zip, "--data", _set.Videos, "--subset", "validation", "--json");
        Assert.AreEqual(evaluated.Json.GetProperty("accuracy").GetDouble(), Validation("accuracy").GetDouble());
        Assert.AreEqual(evaluated.Json.GetProperty("uar").GetDouble(), Validation("meanClassRecall").GetDouble());
        Assert.AreEqual(evaluated.Json.GetProperty("clips").GetInt32(), Validation("clipCount").GetInt32());

        using var model = Load(zip);
        Assert.HasCount(1, Classifier(model).PruningPlan!.Removed);
        Assert.AreEqual("l1", Classifier(model).PruningPlan!.Criterion);

        JsonElement Validation(string name) => run.Json.GetProperty("validation").GetProperty(name);
    }

    [TestMethod]
    public async Task What_is_pruned_the_clips_and_the_device_are_shown_before_the_first_epoch()
    {
        var run = await CliRun.Of([.. Arguments("model.zip", "--remove", "1", "--epochs", "1").Where(word => word != "--json")]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        int[] places =
        [
            run.Output.IndexOf("1 of 3 blocks removed by entropy", StringComparison.Ordinal),
            run.Output.IndexOf("Training on 24 clips of 8 classes, 8 for validation, on cpu, seed 1, 1 epoch (0.5 of warm-up).", StringComparison.Ordinal),
            run.Output.IndexOf("Epoch 1 of 1", StringComparison.Ordinal),
        ];
        Assert.IsGreaterThanOrEqualTo(0, places[0], run.Output);
        CollectionAssert.AreEqual(places.Order().ToArray(), places, run.Output);
    }

    [TestMethod]
    public async Task From_random_weights_a_small_model_learns_and_is_shown_to_people()
    {
        var run = await CliRun.Of(
            "train", "--data", _set.Videos, "--checkpoint", "none", "--frames", "4", "--image-size", "32", "--epochs", "1", "--subset", "none", "-o", _set.File("model.zip"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        StringAssert.Contains(run.Output, "Training accuracy");
        StringAssert.Contains(run.Output, "* the weights that were kept");
        StringAssert.Contains(run.Output, "Model: " + _set.File("model.zip"));
        using var model = Load(_set.File("model.zip"));
        Assert.AreEqual((32, 4), (Classifier(model).Model.Configuration.ImageSize, Classifier(model).Model.Configuration.FrameCount));
    }

    [TestMethod]
    public async Task Without_a_checkpoint_that_of_the_library_is_pruned_and_fine_tuned()
    {
        var run = await CliRun.Of(
            "train", "--data", _set.Videos, "--ratio", "0.25", "--epochs", "1", "--subset", "none", "--device", "cpu", "-o", _set.File("model.zip"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using var model = Load(_set.File("model.zip"));
        Assert.AreEqual((9, ShippedCheckpoints.VideoMaeTiny), (Classifier(model).Model.Configuration.BlockCount, Classifier(model).PruningPlan!.Checkpoint));
    }

    [TestMethod]
    public async Task Quiet_says_where_the_model_is_and_nothing_else()
    {
        var run = await CliRun.Of(
            [.. Arguments("model.zip", "--remove", "1", "--epochs", "1", "--subset", "none", "--quiet").Where(word => word != "--json")]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual($"Model: {_set.File("model.zip")}", run.Output.ReplaceLineEndings("").Trim());
    }

    [TestMethod]
    public async Task Evaluating_quietly_gives_the_metrics_and_no_table_of_the_classes()
    {
        Assert.AreEqual(0, (await CliRun.Of(Arguments("model.zip", "--epochs", "1", "--subset", "none"))).ExitCode);
        string[] evaluate = ["evaluate", _set.File("model.zip"), "--data", _set.Videos, "--device", "cpu"];
        var loud = (await CliRun.Of(evaluate)).Output;
        StringAssert.Contains(loud, "Most often taken for");
        var quiet = (await CliRun.Of([.. evaluate, "--quiet"])).Output;
        Assert.DoesNotContain("Most often taken for", quiet);
        StringAssert.Contains(loud, quiet.TrimEnd());
        Assert.HasCount(5, quiet.Trim().Split('\n'));
    }

    [TestMethod]
    public async Task A_linear_probe_leaves_the_encoder_as_it_is()
    {
        var run = await CliRun.Of(Arguments("model.zip", "--linear-probe", "--recipe", "paper", "--epochs", "3", "--precision", "auto"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        // The paper's two epochs of warm-up are more than half.
        StringAssert.Contains(run.Error, "3 epochs (1.5 of warm-up)");
        using var before = VideoMaeCheckpoint.Open(_set.Checkpoint());
        using var after = VideoMaeCheckpoint.Open(_set.File("model.zip"));
        foreach (var (name, tensor) in before.Encoder)
        {
            var same = Bytes(tensor).SequenceEqual(Bytes(after.Encoder[name]));
            Assert.AreEqual(!name.StartsWith("head.", StringComparison.Ordinal) && !name.StartsWith("fc_norm.", StringComparison.Ordinal), same, name);
        }

        static IEnumerable<byte> Bytes(LogicalTensor tensor) => tensor.Parts.SelectMany(part => part.Bytes.ToArray());
    }

    [TestMethod]
    public async Task Recipes_differ_and_mirroring_can_be_left_out()
    {
        var losses = new HashSet<double>();
        string[][] recipes = [[], ["--recipe", "paper"], ["--recipe", "videomae"], ["--recipe", "videomae", "--no-flip"], ["--precision", "bfloat16"]];
        foreach (var recipe in recipes)
        {
            var run = await CliRun.Of(Arguments("model.zip", ["--epochs", "1", "--subset", "none", .. recipe]));
            Assert.AreEqual(0, run.ExitCode, run.Error);
            Assert.IsFalse(run.Json.TryGetProperty("validation", out _));
            losses.Add(run.Json.GetProperty("epochs")[0].GetProperty("trainingLoss").GetDouble());
        }
        Assert.HasCount(recipes.Length, losses);
    }

    [TestMethod]
    public async Task After_Ctrl_C_the_same_command_goes_on_to_the_same_model()
    {
        Assert.AreEqual(0, (await CliRun.Of(Arguments("whole.zip", "--epochs", "6"))).ExitCode);
        var arguments = Arguments("model.zip", "--epochs", "6", "--resume-folder", _set.File("state"));
        using var source = new CancellationTokenSource();
        var cancelled = CliRun.Of(source.Token, arguments);
        while (!cancelled.IsCompleted && !File.Exists(State))
            await Task.Delay(1);
        await source.CancelAsync();
        Assert.AreEqual((130, ""), ((await cancelled).ExitCode, (await cancelled).Output));
        StringAssert.Contains((await cancelled).Error, "The same command goes on");
        Assert.IsFalse(File.Exists(_set.File("model.zip")));

        var run = await CliRun.Of(arguments);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(6, run.Json.GetProperty("epochs").GetArrayLength());
        CollectionAssert.AreEqual(Weights("whole.zip"), Weights("model.zip"));
    }

    [TestMethod]
    public async Task A_process_that_is_killed_again_and_again_ends_with_the_weights_of_one_that_is_not()
    {
        const int Kills = 4;
        Assert.AreEqual(0, (await CliRun.Of(Arguments("whole.zip", "--epochs", "30"))).ExitCode);
        string[] arguments = Arguments("model.zip", "--epochs", "30", "--resume-folder", _set.File("state"));
        var random = new Random(1);
        for (var kills = 0; ; kills++)
        {
            var before = File.Exists(State) ? File.GetLastWriteTimeUtc(State) : default;
            using var process = Process.Start(new ProcessStartInfo(
                Path.Combine(AppContext.BaseDirectory, "Gardener.MLNet.Samples" + (OperatingSystem.IsWindows() ? ".exe" : "")), arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (kills < Kills)
            {
                while (!process.HasExited && (!File.Exists(State) || File.GetLastWriteTimeUtc(State) == before))
                    await Task.Delay(1);
                // Anywhere in a step, or while the state is being written.
                await Task.Delay(random.Next(40));
                process.Kill();
            }
            await process.WaitForExitAsync();
            await Task.WhenAll(output, errors);
            if (kills < Kills)
                continue;
            Assert.AreEqual(0, process.ExitCode, await errors);
            break;
        }
        CollectionAssert.AreEqual(Weights("whole.zip"), Weights("model.zip"));
    }

    [TestMethod]
    [DataRow("--data .")]
    [DataRow("-o a.zip")]
    [DataRow("--data . -o a.zip --checkpoint none --ratio 0.5")]
    [DataRow("--data . -o a.zip --checkpoint c --protect 1")]
    [DataRow("--data . -o a.zip --checkpoint c --criterion l1")]
    [DataRow("--data . -o a.zip --checkpoint c --ratio 1")]
    [DataRow("--data . -o a.zip --recipe best")]
    [DataRow("--data . -o a.zip --precision float16")]
    [DataRow("--data . -o a.zip --learning-rate 0")]
    [DataRow("--data . -o a.zip --epochs 0")]
    [DataRow("--data . -o a.zip --subset none --patience 2")]
    [DataRow("--data . -o a.zip --micro-batch-size 0")]
    [DataRow("--data . -o a.zip --sampling-rate 0")]
    public async Task Wrong_usage_ends_with_2(string arguments)
    {
        var run = await CliRun.Of(["train", .. arguments.Split(' ')]);
        Assert.AreEqual((2, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "train --help");
    }

    private string State => Path.Combine(_set.File("state"), "state.safetensors");

    private static TransformerChain<ITransformer> Load(string zip) => (TransformerChain<ITransformer>)new MLContext().Model.Load(zip, out _);

    private static VideoClassifierTransformer Classifier(TransformerChain<ITransformer> model) => (VideoClassifierTransformer)model.LastTransformer;

    private float[] Weights(string zip)
    {
        using var model = Load(_set.File(zip));
        return Classifier(model).Weights();
    }
}
