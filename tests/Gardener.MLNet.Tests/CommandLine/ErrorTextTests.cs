using GardenerML.Samples.CommandLine;
using GardenerML.Samples.Motion;
using GardenerML.Tests.Sensitivity;

namespace GardenerML.Tests.CommandLine;

/// <summary>Errors speak of options, say what is expected, and what to do.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ErrorTextTests : IDisposable
{
    private readonly MotionSet _set = new(groups: 5);

    public void Dispose() => _set.Dispose();

    [TestMethod]
    [DataRow("--epochs is 'many'; it must be a whole number.", "--epochs", "many")]
    [DataRow("--epochs is '1.5'; it must be a whole number.", "--epochs", "1.5")]
    [DataRow("--epochs is 0; it must be at least 1.", "--epochs", "0")]
    [DataRow("--sampling-rate is 'x'; it must be a whole number.", "--sampling-rate", "x")]
    [DataRow("--learning-rate is '0,1'; it must be a number", "--learning-rate", "0,1")]
    [DataRow("--parameters is 'few'; it must be a whole number.", "--checkpoint", "c", "--parameters", "few")]
    [DataRow("--parameters is 0; it must be at least 1.", "--checkpoint", "c", "--parameters", "0")]
    [DataRow("--latency is 0; it must be above 0", "--checkpoint", "c", "--latency", "0")]
    [DataRow("--size is -1; it must be above 0", "--checkpoint", "c", "--size", "-1")]
    [DataRow("--on-error is 'ignore'; it must be fail or skip.", "--on-error", "ignore")]
    [DataRow("--precision is 'half'; it must be auto, float32 or bfloat16.", "--precision", "half")]
    [DataRow("--device: 'gpu' is not a device", "--device", "gpu")]
    public async Task A_value_that_is_not_understood_is_told_with_its_option_and_what_is_expected(string message, params string[] arguments)
    {
        var run = await CliRun.Of(["train", "--data", ".", "-o", "a.zip", .. arguments]);
        Assert.AreEqual((Cli.WrongUsage, ""), (run.ExitCode, run.Output));
        StringAssert.StartsWith(run.Error, message);
        Assert.DoesNotContain("System.", run.Error);
        Assert.DoesNotContain("Parameter", run.Error);
    }

    [TestMethod]
    public async Task A_word_of_another_verb_does_not_make_a_verb_of_a_misspelled_one()
    {
        var run = await CliRun.Of("trian", "--data", "motion");
        Assert.AreEqual(Cli.WrongUsage, run.ExitCode);
        StringAssert.StartsWith(run.Error, "There is no verb 'trian'; there are quickstart, motion, ");
        Assert.HasCount(1, run.Error.Trim().Split('\n'));
    }

    [TestMethod]
    [DataRow("--frames is 5000; it must be from 1 to 4096.", "--frames", "5000")]
    [DataRow("--sampling-rate is 20000; it must be", "--sampling-rate", "20000")]
    [DataRow("Give --frames 8 --image-size 64, or choose other multiples of these.", "--frames", "5")]
    public async Task What_the_library_refuses_is_told_in_options(string message, params string[] arguments)
    {
        var run = await CliRun.Of(["train", "--data", _set.Videos, "--epochs", "1", "-o", _set.File("a.zip"), .. arguments]);
        Assert.AreEqual(Cli.Failed, run.ExitCode);
        StringAssert.Contains(run.Error, message);
        Assert.DoesNotContain("Parameter", run.Error);
    }

    [TestMethod]
    public void Names_are_translated_where_the_verb_has_the_option_and_paths_are_left_alone()
    {
        var verb = Cli.Root().Subcommands.Single(command => command.Name == "train");
        const string Text = "BatchSize is 0, PatchSize is 7, training.Epochs was 1, training.PatchSize was 2, model.Epochs was 3; the file '/data/Epochs is here' of Epochs/x. Give another ResumeFolder.";
        Assert.AreEqual(
            "--batch-size is 0, PatchSize is 7, --epochs was 1, training.PatchSize was 2, model.Epochs was 3; the file '/data/Epochs is here' of Epochs/x. Give another --resume-folder.",
            ErrorText.Translate(Text, verb));
        Assert.AreEqual("n is 5.", ErrorText.Of(new ArgumentOutOfRangeException("n", 5, "n is 5."), verb));
    }

    [TestMethod]
    public async Task A_video_that_cannot_be_read_is_named_and_skipping_is_advised()
    {
        var (text, absent) = Listed();
        string[] train = ["train", "--data", text, "--frames", "2", "--image-size", "32", "--epochs", "1", "--subset", "none", "--device", "cpu", "-o", _set.File("a.zip")];
        var run = await CliRun.Of(train);
        Assert.AreEqual(Cli.Failed, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "text.avi");
        StringAssert.Contains(run.Error, "To leave out and count such videos, use --on-error skip.");
        run = await CliRun.Of([.. train, "--on-error", "skip"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);

        run = await CliRun.Of(["train", "--data", absent, .. train[3..]]);
        Assert.AreEqual(Cli.Failed, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "1 of the 3 videos that the lists name cannot be read");
        StringAssert.Contains(run.Error, "To leave out and count such videos, use --on-error skip.");
    }

    [TestMethod]
    public async Task A_state_of_other_settings_is_refused_with_what_changed_first_and_no_hash()
    {
        string[] train = ["train", "--data", _set.Videos, "--checkpoint", "none", "--frames", "2", "--image-size", "32", "--epochs", "1", "--subset", "none", "--sampling-rate", "1",
            "--device", "cpu", "--resume-folder", _set.File("state"), "-o", _set.File("a.zip")];
        Assert.AreEqual(0, (await CliRun.Of(train)).ExitCode);
        foreach (var (option, value, message) in ((string, string, string)[])
            [("--learning-rate", "0.5", "--learning-rate was 0.001 and is 0.5. "), ("--sampling-rate", "2", "--sampling-rate was 1 and is 2; ")])
        {
            var run = await CliRun.Of([.. train.Where((word, i) => word != option && (i == 0 || train[i - 1] != option)), option, value]);
            Assert.AreEqual(Cli.Failed, run.ExitCode);
            StringAssert.StartsWith(run.Error, message);
            StringAssert.Contains(run.Error, "another --resume-folder");
            StringAssert.DoesNotMatch(run.Error, new("[0-9a-f]{32}"));
        }
    }

    [TestMethod]
    [DataRow("train", "--data", "nowhere")]
    [DataRow("onnx", "nowhere.zip")]
    [DataRow("sensitivity", "nowhere", "--data", "nowhere")]
    [DataRow("report", "nowhere.zip")]
    public async Task A_folder_where_a_file_is_to_be_written_is_told_before_the_work(params string[] verb)
    {
        var run = await CliRun.Of([.. verb, "-o", _set.Videos]);
        Assert.AreEqual((Cli.Failed, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, $"{_set.Videos} is a folder");
    }

    [TestMethod]
    [DataRow("train", "Write --subset test or --subset none, or give data of more groups.")]
    [DataRow("sensitivity", "Write --subset test, or give data of more groups.")]
    [DataRow("search", "Give data of more groups.")]
    public async Task Where_no_group_can_be_held_out_it_is_said_why_and_what_to_write(string verb, string message)
    {
        // Of two groups a class, one is for testing.
        using var set = new MotionSet(groups: 2);
        var run = await CliRun.Of([verb, "--data", set.Videos, "-o", set.File("a"), .. verb == "search" ? ["--minutes", "1"] : Array.Empty<string>()]);
        Assert.AreEqual((Cli.Failed, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "each class has one training group only");
        StringAssert.Contains(run.Error, message);
    }

    // In this folder nobody may write, whoever runs the tests.
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("train --data nowhere -o /proc/a.zip")]
    [DataRow("pretrain --videos nowhere -o /proc/a")]
    [DataRow("pretrain --videos nowhere -o /proc/a/b")]
    [DataRow("curriculum nowhere --resume-folder nowhere -o /proc/a")]
    [DataRow("sensitivity nowhere --data nowhere -o /proc/a.json")]
    [DataRow("quickstart --data nowhere -o /proc/a")]
    [DataRow("search --data nowhere --minutes 1 -o /proc/a")]
    [DataRow("reproduce --data nowhere -o /proc/a")]
    [DataRow("prune nowhere --ratio 0.5 -o /proc/a")]
    [DataRow("prune nowhere --ratio 0.5 -o /proc/a.safetensors")]
    [DataRow("onnx nowhere -o /proc/a.onnx")]
    [DataRow("report nowhere.zip -o /proc/a.html")]
    public async Task An_output_that_cannot_be_written_is_told_before_the_work_by_the_name_that_was_given(string arguments)
    {
        var run = await CliRun.Of(arguments.Split(' '));
        Assert.AreEqual((Cli.Failed, ""), (run.ExitCode, run.Output));
        StringAssert.StartsWith(run.Error, $"{arguments.Split(' ')[^1]} cannot be written: ");
        Assert.DoesNotContain(".tmp", run.Error);
    }

    [TestMethod]
    [DataRow("onnx FILE -o FILE")]
    [DataRow("onnx FILE -o a.onnx --scoring-zip ./FILE")]
    [DataRow("report FILE -o ./FILE")]
    [DataRow("prune FILE --ratio 0.5 -o FILE")]
    [DataRow("train --data nowhere --checkpoint FILE -o FILE")]
    [DataRow("pretrain --videos nowhere --checkpoint FILE -o FILE")]
    [DataRow("curriculum FILE --resume-folder nowhere -o FILE")]
    [DataRow("sensitivity FILE --data nowhere -o FILE")]
    public async Task What_is_read_is_not_overwritten(string arguments)
    {
        var file = _set.File("a.zip");
        await File.WriteAllTextAsync(file, "mine");
        var run = await CliRun.Of([.. arguments.Split(' ').Select(word =>
            word == "FILE" ? file : word == "./FILE" ? Path.Combine(Path.GetDirectoryName(file)!, ".", "a.zip") : word)]);
        Assert.AreEqual((Cli.WrongUsage, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "would overwrite what is read");
        Assert.AreEqual("mine", await File.ReadAllTextAsync(file));
    }

    [TestMethod]
    public async Task Two_outputs_have_two_names()
    {
        var run = await CliRun.Of("onnx", "nowhere.zip", "-o", "a.zip", "--scoring-zip", Path.Combine(".", "a.zip"));
        Assert.AreEqual((Cli.WrongUsage, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "--output and --scoring-zip are the same path");
    }

    [TestMethod]
    public async Task A_cuda_device_that_is_not_there_is_told_before_the_data_are_looked_for()
    {
        foreach (var verb in (string[])["train", "pretrain"])
        {
            var run = await CliRun.Of(verb, "--data", _set.File("nowhere"), "--device", "cuda:77", "-o", _set.File("a.zip"));
            Assert.AreEqual((Cli.Failed, ""), (run.ExitCode, run.Output));
            StringAssert.Contains(run.Error, "cuda:77");
        }
        Assert.AreEqual(ComputeDevice.Cpu, ComputeDevice.Cpu.Resolve());
        Assert.IsFalse(ComputeDevice.Auto.Resolve().IsAuto);
    }

    /// <summary>Two folders with split lists: one names a text, the other an absent video.</summary>
    private (string Text, string Absent) Listed()
    {
        string[] folders = [_set.File("text"), _set.File("absent")];
        foreach (var folder in folders)
        {
            var lists = Directory.CreateDirectory(Path.Combine(folder, "ucfTrainTestlist")).FullName;
            foreach (var motion in (MotionClass[])[MotionClass.ZoomIn, MotionClass.MoveLeft])
            {
                Directory.CreateDirectory(Path.Combine(folder, $"{motion}"));
                File.Copy(
                    Directory.EnumerateFiles(_set.Videos, $"v_{motion}_g01_*", SearchOption.AllDirectories).First(), Path.Combine(folder, $"{motion}", "good.avi"));
            }
            File.WriteAllText(Path.Combine(lists, "trainlist01.txt"), "MoveLeft/good.avi 1\nZoomIn/good.avi 2\nZoomIn/text.avi 2\n");
            File.WriteAllText(Path.Combine(lists, "testlist01.txt"), "ZoomIn/good.avi\n");
        }
        File.WriteAllText(Path.Combine(folders[0], "ZoomIn", "text.avi"), "no video");
        return (folders[0], folders[1]);
    }
}
