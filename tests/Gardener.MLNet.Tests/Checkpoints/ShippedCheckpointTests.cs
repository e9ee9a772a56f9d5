using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Video;

namespace GardenerML.Tests.Checkpoints;

[TestClass]
[DoNotParallelize]
public sealed class ShippedCheckpointTests
{
    [TestMethod]
    [DataRow(ShippedCheckpoints.VideoMaeTiny, CheckpointKind.Classifier)]
    [DataRow(ShippedCheckpoints.VideoMaeTinyPretrained, CheckpointKind.Pretraining)]
    public void A_name_opens_the_weights_of_the_file(string name, CheckpointKind kind)
    {
        using var named = VideoMaeCheckpoint.Open(name);
        using var file = VideoMaeCheckpoint.Open(
            Path.Combine(Repository.Root(), "src", "Gardener.MLNet", "Checkpoints", "Shipped", name + ".safetensors"));
        Assert.AreEqual((name, kind, TensorType.Float16), (named.Source, named.Kind, named.WeightType));
        Assert.IsEmpty(named.Notes, "the configuration tells all");
        Assert.AreEqual((12, 128, 8, 64, 16), (named.BlockCount, named.Configuration.Width, named.Configuration.FrameCount,
            named.Configuration.ImageSize, named.Configuration.PatchSize));
        Assert.AreEqual(named.ClassCount, named.LabelNames?.Distinct().Count() ?? 0);
        Assert.AreEqual(file.Configuration, named.Configuration);
        CollectionAssert.AreEqual(file.Encoder.Keys.ToArray(), named.Encoder.Keys.ToArray());
        CollectionAssert.AreEqual(file.Decoder.Keys.ToArray(), named.Decoder.Keys.ToArray());
        foreach (var (tensorName, tensor) in file.Encoder)
            CollectionAssert.AreEqual(TinyModel.Bytes(tensor), TinyModel.Bytes(named.Encoder[tensorName]), tensorName);
    }

    [TestMethod]
    public void LoadVideo_reads_what_the_default_checkpoint_wants()
    {
        using var checkpoint = VideoMaeCheckpoint.Open(ShippedCheckpoints.VideoMaeTiny);
        var options = new VideoLoadingOptions();
        Assert.AreEqual((checkpoint.Configuration.FrameCount, checkpoint.Configuration.ImageSize), (options.FrameCount, options.Size));
    }

    [TestMethod]
    public void A_folder_of_the_name_goes_first()
    {
        using var folder = new TemporaryFolder();
        var before = Directory.GetCurrentDirectory();
        using (var other = VideoMaeCheckpoint.Open(ReferenceData.Golden("tiny-a")))
            VideoMaeCheckpointWriter.SavePruned(other, [0, 1], folder.File(ShippedCheckpoints.VideoMaeTiny));
        Directory.SetCurrentDirectory(folder.Path);
        try
        {
            using var checkpoint = VideoMaeCheckpoint.Open(ShippedCheckpoints.VideoMaeTiny);
            Assert.AreEqual(2, checkpoint.BlockCount);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    [TestMethod]
    public void A_pruned_copy_is_planned_without_naming_the_checkpoint_again()
    {
        using var folder = new TemporaryFolder();
        var plan = Gardener.PlanPruning(new PruningOptions { Ratio = 0.25 });
        PruningPlan.FromJson(plan.ToJson()).SaveCheckpoint(folder.File("pruned"), checkpoint: ShippedCheckpoints.VideoMaeTiny);
        using var pruned = VideoMaeCheckpoint.Open(folder.File("pruned"));
        Assert.AreEqual(9, pruned.BlockCount);

        var other = Gardener.PlanPruning(new PruningOptions { Checkpoint = ReferenceData.Golden("tiny-a") });
        CollectionAssert.AreEqual(other.Removed.ToArray(), Gardener.PlanPruning(new PruningOptions { Plan = other }).Removed.ToArray());
    }

    [TestMethod]
    public void Another_name_is_refused_with_the_names_there_are()
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open("videomae-tinny"));
        foreach (var name in ShippedCheckpoints.Names)
            StringAssert.Contains(error.Message, name);
        var pattern = Assert.ThrowsExactly<InvalidOperationException>(
            () => Gardener.PlanPruning(new PruningOptions { BlockPattern = "blocks.{i}." }));
        StringAssert.Contains(pattern.Message, "safetensors file");
    }
}
