using GardenerML.Checkpoints;
using GardenerML.Pretraining;
using GardenerML.Samples.Motion;
using GardenerML.Tests.Checkpoints;
using GardenerML.VideoMae;
using Microsoft.ML;

namespace GardenerML.Tests.CommandLine;

[TestClass]
[DoNotParallelize]
public sealed class PretrainVerbTests
{
    [TestMethod]
    public async Task What_is_done_already_is_told_again_and_a_checkpoint_keeps_its_geometry()
    {
        using var folder = new TemporaryFolder();
        var videos = Videos(folder);
        string[] first = ["pretrain", "--videos", videos, "--frames", "4", "--image-size", "16", "--patch", "8", "--width", "32", "--blocks", "2",
            "--decoder-blocks", "1", "--mask-ratio", "0.5", "--sampling-rate", "1", "--device", "cpu", "--json", "--resume-folder", folder.File("state"),
            "--epochs", "2", "-o", folder.File("first")];
        var run = await CliRun.Of(first);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        var losses = run.Json.GetProperty("epochs").ToString();
        Assert.AreEqual(2, run.Json.GetProperty("epochs").GetArrayLength());
        Directory.Delete(folder.File("first"), recursive: true);
        run = await CliRun.Of(first);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(losses, run.Json.GetProperty("epochs").ToString());

        // An encoder without a decoder, of another geometry than the options' defaults.
        using (var opened = VideoMaeCheckpoint.Open(folder.File("first")))
        {
            var all = VideoMaeCheckpointContent.From(opened, [0, 1]);
            VideoMaeCheckpointWriter.Save(
                folder.File("encoder"), all with { Tensors = [.. all.Tensors.Where(tensor => opened.Encoder.ContainsKey(tensor.Name))] });
        }
        string[] curriculum = ["curriculum", folder.File("encoder"), "--clips", "1000", "--stages", "1", "--resume-folder", folder.File("stages"), "--device", "cpu",
            "--batch-size", "64", "--json", "-o", folder.File("labelled")];
        run = await CliRun.Of(curriculum);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual(1, run.Json.GetProperty("stages").GetArrayLength());
        Assert.AreEqual(run.Output, (await CliRun.Of(curriculum)).Output);
        var other = await CliRun.Of([.. curriculum, "--looks", "0,0.1,0.2,0.7", "--plain", "0.5", "--turning", "0.75"]);
        Assert.AreEqual(1, other.ExitCode);
        StringAssert.Contains(other.Error, "looks was harder and is 0,0.1,0.2,0.7; plain was 0 and is 0.5; turning was 0.25 and is 0.75");

        run = await CliRun.Of(
            "pretrain", "--videos", videos, "--checkpoint", folder.File("encoder"), "--decoder-blocks", "3", "--mask-ratio", "0.5", "--sampling-rate", "1",
            "--device", "cpu", "--epochs", "1", "-o", folder.File("second"));
        Assert.AreEqual(0, run.ExitCode, run.Error);
        run = await CliRun.Of(
            "pretrain", "--videos", videos, "--checkpoint", folder.File("second"), "--decoder-blocks", "2", "--device", "cpu", "-o", folder.File("third"));
        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, "--decoder-blocks is of a new decoder");
        using var model = VideoMaePretrainedTransformer.Open(new MLContext(), folder.File("second"));
        Assert.AreEqual((4, 16, 32), (model.Configuration.FrameCount, model.Configuration.ImageSize, model.Configuration.Width));
        Assert.AreEqual(VideoMaeDecoderConfiguration.For(model.Configuration, 3), model.Decoder);
        Assert.IsEmpty(model.TrainingHistory);
    }

    [TestMethod]
    [DataRow("pretrain --videos VIDEOS --device cpu -o OUTPUT")]
    [DataRow("curriculum CHECKPOINT --resume-folder STATE --device cpu -o OUTPUT")]
    public async Task A_folder_of_something_else_is_refused_before_training(string arguments)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("OUTPUT"));
        File.WriteAllText(Path.Combine(folder.File("OUTPUT"), "letter.txt"), "dear");
        var run = await CliRun.Of([.. arguments.Split(' ').Select(word => word.All(char.IsUpper) ? folder.File(word) : word)]);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "holds no VideoMAE checkpoint");
        CollectionAssert.AreEqual(new[] { folder.File("OUTPUT") }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow("--width")]
    [DataRow("--blocks")]
    [DataRow("--patch")]
    public async Task What_is_of_a_new_model_is_refused_with_a_checkpoint(string option)
    {
        var run = await CliRun.Of("pretrain", "--videos", "x", "--checkpoint", "y", option, "16", "-o", "z");
        Assert.AreEqual((2, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, $"{option} is of a new model");
    }

    [TestMethod]
    [DataRow("Give --frames 8 --image-size 48, or", "--image-size", "50")]
    [DataRow("Give --frames 8 --image-size 16, or", "--image-size", "3")]
    [DataRow("Give --frames 4 --image-size 64, or", "--frames", "3")]
    public async Task Clips_that_do_not_fit_the_patches_of_a_new_model_are_told_with_the_nearest_that_do(string message, params string[] clips)
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Of(["pretrain", "--videos", Videos(folder), "--device", "cpu", "-o", folder.File("out"), .. clips]);
        Assert.AreEqual((1, ""), (run.ExitCode, run.Output));
        StringAssert.Contains(run.Error, message);
    }

    [TestMethod]
    public async Task One_video_becomes_the_picture_that_is_named_and_several_need_a_folder()
    {
        using var folder = new TemporaryFolder();
        var video = Directory.GetFiles(Videos(folder), "*.avi", SearchOption.AllDirectories)[0];
        var picture = folder.File("one.png");
        var run = await CliRun.Of("reconstruct", ShippedCheckpoints.VideoMaeTinyPretrained, video, "--sampling-rate", "1", "--device", "cpu", "-o", picture);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, File.ReadAllBytes(picture)[..4]);
        run = await CliRun.Of("reconstruct", "absent", "a.avi", "b.avi", "-o", picture);
        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, "is one picture, and there are several videos");
    }

    [TestMethod]
    public async Task Pictures_of_one_name_are_refused_before_the_model_is_opened()
    {
        var run = await CliRun.Of("reconstruct", "absent", Path.Combine("a", "clip.avi"), Path.Combine("b", "Clip.mp4"), "c.avi", "-o", "none");
        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, "clip.png");
        Assert.IsFalse(Directory.Exists("none"));
    }

    private static string Videos(TemporaryFolder folder) => MotionDataset.Create(
        folder.File("motion"), new MotionDatasetOptions { Groups = 2, ClipsPerGroup = 1, ImageSize = 16, FrameCount = 4 }).VideoFolder;
}
