using System.Text.Json;
using System.Text.RegularExpressions;
using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Samples.Quickstart;
using GardenerML.Tests.Training;
using GardenerML.Training;
using GardenerML.Video;
using Microsoft.ML;

namespace GardenerML.Tests.CommandLine;

[TestClass]
public sealed class CliTests
{
    private static string _folder = "";
    private static string _zip = "";
    private static MotionDataset _videos = null!;

    [ClassInitialize]
    public static void Train(TestContext _)
    {
        _folder = Directory.CreateTempSubdirectory("gardener-cli-").FullName;
        _videos = MotionDataset.Create(
            Path.Combine(_folder, "motion"), new MotionDatasetOptions { Groups = 2, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 16 });
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(new[] { MotionClass.MoveLeft, MotionClass.ZoomIn }
            .Select(motion => new ModelZipTests.PathRow { VideoPath = _videos.ClipPath(motion, 1, 1), Label = motion.ToString() }).ToArray());
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 4, SamplingRate = 2, Size = 16 }))
            .Append(ml.Trainer()).Fit(data);
        _zip = Path.Combine(_folder, "model.zip");
        ml.Model.Save(model, data.Schema, _zip);
    }

    [ClassCleanup]
    public static void CleanUp() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("")]
    [DataRow("prodict a.zip b.avi")]
    [DataRow("predict")]
    [DataRow("predict a.zip")]
    [DataRow("predict a.zip b.avi --colour")]
    [DataRow("predict a.zip b.avi --top 0")]
    [DataRow("predict a.zip b.avi --top many")]
    [DataRow("quickstart --device gpu")]
    [DataRow("quickstart --ratio 1")]
    [DataRow("quickstart --ratio -0.1")]
    [DataRow("quickstart --epochs 0")]
    [DataRow("quickstart --epochs many")]
    [DataRow("quickstart --ratio half")]
    [DataRow("quickstart --ratio 0,25")]
    [DataRow("train --data x -o y --learning-rate 0,001")]
    [DataRow("prune x -o y --latency 0,5")]
    [DataRow("quickstart --seed x")]
    [DataRow("quickstart --batch-size 0")]
    [DataRow("quickstart --on-error ignore")]
    [DataRow("motion -o x --groups 1")]
    [DataRow("motion -o x --image-size 17")]
    [DataRow("motion -o x --frames 1")]
    [DataRow("motion -o x --size 32")]
    [DataRow("pretrain --videos x -o y --image-size 0")]
    [DataRow("curriculum x --resume-folder y -o z --learning-rate 0")]
    [DataRow("curriculum x --resume-folder y -o z --epochs 2")]
    [DataRow("curriculum x --resume-folder y -o z --looks 0.5,0.5,0.5,0.5")]
    [DataRow("curriculum x --resume-folder y -o z --looks 0.5,0.5")]
    [DataRow("curriculum x --resume-folder y -o z --looks 1,0,0,many")]
    [DataRow("curriculum x --resume-folder y -o z --plain 1.5")]
    [DataRow("curriculum x --resume-folder y -o z --turning 0,5")]
    public async Task Wrong_usage_ends_with_2_and_a_message(string arguments)
    {
        var (code, output, errors) = await Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.AreEqual(2, code);
        Assert.AreEqual("", output);
        StringAssert.Contains(errors, "--help");
    }

    [TestMethod]
    [DataRow("--help", "quickstart")]
    [DataRow("predict --help", "Example")]
    [DataRow("quickstart --help", "--epochs")]
    public async Task Help_ends_with_0(string arguments, string part)
    {
        var (code, output, _) = await Run(arguments.Split(' '));
        Assert.AreEqual(0, code);
        StringAssert.Contains(output, part);
    }

    [TestMethod]
    public async Task The_help_of_every_verb_has_an_example_that_is_understood()
    {
        var root = Cli.Root();
        Assert.IsNotEmpty(root.Subcommands);
        foreach (var verb in root.Subcommands)
        {
            var (code, output, errors) = await Run(verb.Name, "--help");
            Assert.AreEqual(0, code, errors);
            StringAssert.Contains(output, $"Example: {verb.Name} ");
            foreach (var option in new[] { "--json", "--verbose", "--quiet" })
                StringAssert.Contains(output, option);
            var example = root.Parse(verb.Description!.Split("Example: ")[1]);
            Assert.IsEmpty(example.Errors, verb.Name);
            Assert.AreSame(verb, example.CommandResult.Command);
        }
    }

    [TestMethod]
    public void An_option_for_the_output_is_the_same_in_all_verbs()
    {
        foreach (var verb in Cli.Root().Subcommands)
        {
            foreach (var option in verb.Options.Where(option => option.Name == "--output" || option.Aliases.Contains("-o")))
            {
                Assert.AreEqual("--output", option.Name, verb.Name);
                CollectionAssert.AreEqual(new[] { "-o" }, option.Aliases.ToArray(), verb.Name);
            }
        }
    }

    [TestMethod]
    public async Task Help_says_what_is_required_and_what_holds_by_default()
    {
        foreach (var verb in (string[])["train", "evaluate", "sensitivity"])
            StringAssert.Contains((await Run(verb, "--help")).Output, "--data <data> (REQUIRED)");
        StringAssert.Contains((await Run("evaluate", "--help")).Output, "[default: 1x1]");
        var reproduce = (await Run("reproduce", "--help")).Output;
        StringAssert.Contains(reproduce, "[default: 1,3,5,7,9,11]");
        StringAssert.Contains(reproduce, "[default: entropy,random,");
        StringAssert.Contains(reproduce, "[default: videomae-tiny]");
        var pretrain = (await Run("pretrain", "--help")).Output;
        foreach (var line in (string[])["Passes over the training clips. [default: 100]", "Clips in a step. [default: 64]", "[default: 0.001]"])
            StringAssert.Contains(pretrain, line);
        StringAssert.Contains((await Run("train", "--help")).Output, "Passes over the training clips; the recipe's unless it is given.");
        StringAssert.Contains((await Run("reconstruct", "--help")).Output, "contrast");
    }

    [TestMethod]
    public async Task Json_is_one_document_on_standard_output_and_nothing_else()
    {
        var file = _videos.ClipPath(MotionClass.ZoomOut, 2, 1);
        var (code, output, _) = await Run("predict", _zip, file, "--json", "--top", "1");
        Assert.AreEqual(0, code);
        using var document = JsonDocument.Parse(output);
        var only = document.RootElement.EnumerateArray().Single();
        CollectionAssert.AreEquivalent(
            new[] { "file", "label", "probability", "top" }, only.EnumerateObject().Select(property => property.Name).ToArray());
        Assert.AreEqual(file, only.GetProperty("file").GetString());
        Assert.AreEqual(1, only.GetProperty("top").GetArrayLength());
    }

    [TestMethod]
    public async Task A_file_that_cannot_be_read_is_an_error_of_its_own_and_the_others_are_done()
    {
        var good = _videos.ClipPath(MotionClass.MoveLeft, 1, 1);
        var text = Path.Combine(_folder, "text.avi");
        await File.WriteAllTextAsync(text, "no video");
        var (code, output, errors) = await Run("predict", _zip, text, Path.Combine(_folder, "gone.avi"), _folder, "", good, "--json");
        Assert.AreEqual(1, code);
        using var document = JsonDocument.Parse(output);
        var all = document.RootElement.EnumerateArray().ToArray();
        Assert.HasCount(5, all);
        foreach (var bad in all[..4])
        {
            CollectionAssert.AreEquivalent(
                new[] { "file", "error" }, bad.EnumerateObject().Select(property => property.Name).ToArray());
            Assert.IsNotEmpty(bad.GetProperty("error").GetString()!);
        }
        Assert.AreEqual(good, all[4].GetProperty("file").GetString());
        Assert.IsTrue(all[4].TryGetProperty("label", out _));
        StringAssert.Contains(errors, "gone.avi");
    }

    [TestMethod]
    public async Task For_people_there_is_one_plain_line_a_file_with_its_whole_path()
    {
        var video = _videos.ClipPath(MotionClass.MoveLeft, 1, 1);
        var (code, output, errors) = await Run("predict", _zip, video);
        Assert.AreEqual(0, code, errors);
        StringAssert.Matches(output, new($"^{Regex.Escape(video)}: \\w+ [01]\\.\\d{{3}}, \\w+ [01]\\.\\d{{3}}\n$"));
    }

    [TestMethod]
    public async Task Predict_on_a_device_that_is_not_there_fails_with_1_and_names_it()
    {
        try
        {
            var (code, _, errors) = await Run("predict", _zip, _videos.ClipPath(MotionClass.MoveLeft, 1, 1), "--device", "cuda:98");
            Assert.AreEqual(1, code);
            StringAssert.Contains(errors, "cuda:98");
        }
        finally
        {
            VideoClassifierTransformer.LoadingDevice = ComputeDevice.Auto;
        }
    }

    [TestMethod]
    public async Task A_decimal_comma_is_refused_and_not_taken_for_one_between_thousands()
    {
        var run = await CliRun.Of("pretrain", "--videos", "x", "-o", "y", "--learning-rate", "0,001");
        Assert.AreEqual(Cli.WrongUsage, run.ExitCode);
        StringAssert.Contains(run.Error, "'0,001'");
        StringAssert.Contains(run.Error, "0.001");
    }

    [TestMethod]
    public async Task What_is_no_model_fails_with_1_and_one_line_that_names_it()
    {
        var text = Path.Combine(_folder, "text.zip");
        await File.WriteAllTextAsync(text, "no zip");
        foreach (var model in new[] { text, Path.Combine(_folder, "gone.zip") })
        {
            var (code, output, errors) = await Run("predict", model, "a.avi", "--json");
            Assert.AreEqual(1, code);
            Assert.AreEqual("", output);
            Assert.HasCount(1, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            StringAssert.Contains(errors, Path.GetFileName(model));
        }
        var verbose = await Run("predict", text, "a.avi", "--verbose");
        StringAssert.Contains(verbose.Errors, "   at ");
    }

    [TestMethod]
    public async Task A_device_that_is_not_there_fails_with_1_and_one_clear_line()
    {
        var (code, output, errors) = await Run(
            "quickstart", "--data", _videos.VideoFolder, "--checkpoint", _zip, "--epochs", "1", "--device", "cuda:77", "--json", "-o", Path.Combine(_folder, "none"));
        Assert.AreEqual(1, code);
        Assert.AreEqual("", output);
        StringAssert.Contains(errors, "cuda:77");
        Assert.IsFalse(errors.Contains("   at ", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Cancelling_ends_with_130()
    {
        var (code, output, errors) = await Run(
            new CancellationToken(canceled: true), "predict", _zip, _videos.ClipPath(MotionClass.MoveLeft, 1, 1), "--json");
        Assert.AreEqual(130, code);
        Assert.AreEqual("", output);
        StringAssert.Contains(errors, "Cancelled");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task The_quickstart_runs_from_a_checkpoint_to_a_prediction_in_another_process(bool ownVideos)
    {
        string[] data = ownVideos ? ["--data", _videos.VideoFolder] : [];
        var (code, output, errors) = await Run(
            ["quickstart", .. data, "--checkpoint", _zip, "--epochs", "1", "--ratio", "0.5", "--batch-size", "4", "--device", "cpu",
            "--json", "-o", Path.Combine(_folder, $"quickstart-{ownVideos}")]);
        Assert.AreEqual(0, code, errors);
        using var document = JsonDocument.Parse(output);
        var root = document.RootElement;
        var (whole, pruned) = (root.GetProperty("unpruned"), root.GetProperty("pruned"));
        foreach (var model in new[] { whole, pruned })
        {
            Assert.IsTrue(model.GetProperty("war").GetDouble() is >= 0 and <= 1);
            Assert.AreEqual(model.GetProperty("war").GetDouble(), model.GetProperty("accuracy").GetDouble());
            Assert.IsGreaterThan(0, model.GetProperty("clipsPerSecond").GetDouble());
        }
        Assert.AreEqual(0.5, pruned.GetProperty("ratio").GetDouble());
        Assert.IsFalse(whole.TryGetProperty("ratio", out _));
        Assert.IsLessThan(whole.GetProperty("parameters").GetInt64(), pruned.GetProperty("parameters").GetInt64());
        Assert.IsLessThan(whole.GetProperty("gflops").GetDouble(), pruned.GetProperty("gflops").GetDouble());
        Assert.IsTrue(File.Exists(root.GetProperty("zip").GetString()));
        Assert.IsNotEmpty(root.GetProperty("prediction").GetProperty("label").GetString()!);

        // Each stage says what it gave before the next begins; all of it before the table.
        string[] told =
        [
            ownVideos ? "Videos: 8 to train on and 8 to test with" : "Videos: 320 to train on and 320 to test with",
            "Fine-tuning the whole model", "On test clips: WAR", "Fine-tuning the pruned model",
            "1 of 2 blocks removed", "On test clips: WAR", "Measuring the speed", "GFLOPs a clip", "Model: ", "A second process predicts",
        ];
        var place = 0;
        foreach (var part in told)
        {
            place = errors.IndexOf(part, place, StringComparison.Ordinal);
            Assert.IsGreaterThanOrEqualTo(0, place, $"'{part}' is not told in its turn: {errors}");
        }
    }

    // A mirrored clip of a motion to the left is one of a motion to the right.
    [TestMethod]
    public void The_quickstart_mirrors_real_videos_only()
    {
        var (motions, videos) = (QuickstartRecipe.ForMotions(_zip), QuickstartRecipe.ForVideos(_zip));
        Assert.AreEqual(ClipAugmentation.None, motions.Training.Augmentation);
        Assert.AreEqual(0.5, videos.Training.Augmentation.HorizontalFlip);
        foreach (var recipe in new[] { motions, videos })
            Assert.AreEqual((TinyData.Frames, TinyData.Side), (recipe.Loading.FrameCount, recipe.Loading.Size));
        Assert.AreEqual(QuickstartRecipe.MadeVideos.FrameCount, motions.Loading.FrameCount * motions.Loading.SamplingRate);
    }

    private static Task<(int Code, string Output, string Errors)> Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    private static async Task<(int Code, string Output, string Errors)> Run(CancellationToken cancellation, params string[] arguments)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var captured = new StringWriter();
        using var capturedErrors = new StringWriter();
        Console.SetOut(captured);
        Console.SetError(capturedErrors);
        try
        {
            var code = await Cli.RunAsync(arguments, cancellation);
            return (code, captured.ToString(), capturedErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
