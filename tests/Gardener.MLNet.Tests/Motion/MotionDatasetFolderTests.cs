using System.Diagnostics;
using GardenerML.Samples.Motion;

namespace GardenerML.Tests.Motion;

/// <summary>What happens to folders: a data set appears whole or not at all, and nothing of others' is touched.</summary>
[TestClass]
public sealed class MotionDatasetFolderTests
{
    private static readonly MotionDatasetOptions Tiny = new() { Groups = 2, ClipsPerGroup = 1, ImageSize = 16, FrameCount = 2 };
    private string _root = "";

    public TestContext TestContext { get; set; } = null!;

    private string Folder => Path.Combine(_root, "made");

    [TestInitialize]
    public void MakeRoot() => _root = Directory.CreateTempSubdirectory("motion-").FullName;

    [TestCleanup]
    public void RemoveRoot() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    public void The_same_options_give_the_same_files_with_any_number_of_threads_and_another_seed_others()
    {
        var one = Bytes(Create(Path.Combine(_root, "one"), Tiny with { Threads = 1 }));
        var three = Bytes(Create(Path.Combine(_root, "three"), Tiny with { Threads = 3 }));
        var other = Bytes(Create(Path.Combine(_root, "other"), Tiny with { Seed = 2 }));

        Assert.HasCount(16, one);
        CollectionAssert.AreEqual(one, three);
        Assert.IsFalse(one.Intersect(other).Any());
    }

    [TestMethod]
    public void A_finished_data_set_is_reused_untouched()
    {
        var first = Create(Folder, Tiny);
        Assert.IsFalse(first.IsReused);
        var written = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, File.GetLastWriteTimeUtc);

        var shares = new Shares();
        Assert.IsTrue(MotionDataset.Create(Folder, Tiny with { Threads = 2 }, shares, TestContext.CancellationToken).IsReused);

        foreach (var (path, time) in written)
            Assert.AreEqual(time, File.GetLastWriteTimeUtc(path), path);
        CollectionAssert.AreEqual(new[] { 1.0 }, shares);
    }

    [TestMethod]
    public void An_empty_folder_is_taken_and_missing_parents_are_made()
    {
        Directory.CreateDirectory(Folder);
        Assert.IsFalse(Create(Folder, Tiny).IsReused);
        Assert.IsFalse(Create(Path.Combine(_root, "a", "b"), Tiny).IsReused);
    }

    [TestMethod]
    public void A_folder_of_other_things_is_refused_and_kept()
    {
        Directory.CreateDirectory(Folder);
        var letter = Path.Combine(Folder, "letter.txt");
        File.WriteAllText(letter, "dear reader");

        var refused = Assert.ThrowsExactly<IOException>(() => Create(Folder, Tiny));

        StringAssert.Contains(refused.Message, Folder);
        Assert.AreEqual("dear reader", File.ReadAllText(letter));
        Assert.HasCount(1, Directory.GetFileSystemEntries(_root));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("[1, 2")]
    [DataRow("""{"Version": 1, "Options": {"Difficulty": "Unheard"}}""")]
    public void A_damaged_options_file_is_not_taken_for_a_data_set(string json)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "motion-dataset.json"), json);
        var refused = Assert.ThrowsExactly<IOException>(() => Create(Folder, Tiny));
        StringAssert.Contains(refused.Message, "holds no made action data set");
    }

    [TestMethod]
    public void A_data_set_of_other_options_is_refused_with_both_named()
    {
        Create(Folder, Tiny);
        var refused = Assert.ThrowsExactly<IOException>(() => Create(Folder, Tiny with { Difficulty = MotionDifficulty.Hard }));
        StringAssert.Contains(refused.Message, "Consistent");
        StringAssert.Contains(refused.Message, "Hard");
    }

    [TestMethod]
    public void A_data_set_with_a_clip_missing_is_refused_by_its_name()
    {
        var made = Create(Folder, Tiny);
        File.Delete(Path.Combine(made.VideoFolder, "ZoomIn", "v_ZoomIn_g02_c01.avi"));
        var refused = Assert.ThrowsExactly<IOException>(() => Create(Folder, Tiny));
        StringAssert.Contains(refused.Message, "v_ZoomIn_g02_c01.avi");
    }

    [TestMethod]
    public void Cancelling_leaves_nothing_behind()
    {
        using var source = new CancellationTokenSource();
        var shares = new Shares { Then = share => { if (share > 0.2) source.Cancel(); } };
        Assert.ThrowsExactly<OperationCanceledException>(() => MotionDataset.Create(Folder, Tiny, shares, source.Token));
        Assert.IsNotEmpty(shares);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_root));
    }

    [TestMethod]
    public void A_failure_leaves_nothing_behind_and_comes_as_it_was_thrown()
    {
        var shares = new Shares { Then = _ => throw new UnreachableException("the listener failed") };
        var failure = Assert.ThrowsExactly<UnreachableException>(
            () => MotionDataset.Create(Folder, Tiny, shares, TestContext.CancellationToken));
        Assert.AreEqual("the listener failed", failure.Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_root));
    }

    [TestMethod]
    public void Progress_rises_clip_by_clip_to_one()
    {
        var shares = new Shares();
        MotionDataset.Create(Folder, Tiny with { Threads = 2 }, shares, TestContext.CancellationToken);
        CollectionAssert.AreEqual(Enumerable.Range(1, 16).Select(n => n / 16.0).ToArray(), shares);
    }

    [TestMethod]
    public void Options_outside_their_range_are_refused_with_value_and_range()
    {
        Refused(new() { Groups = 1 }, "Groups is 1; it must be 2 to 99.");
        Refused(new() { ClipsPerGroup = 100 }, "ClipsPerGroup is 100; it must be 1 to 99.");
        Refused(new() { ImageSize = 8 }, "ImageSize is 8; it must be 16 to 1024.");
        Refused(new() { ImageSize = 65 }, "ImageSize is 65; it must be even.");
        Refused(new() { FrameCount = 1 }, "FrameCount is 1; it must be 2 to 10000.");
        Refused(new() { FrameRate = double.NaN }, "FrameRate is NaN; it must be above 0 and at most 240.");
        Refused(
            new() { Difficulty = (MotionDifficulty)9 },
            "Difficulty is 9; it must be one of Consistent, Inverted, AnyColour, Hard.");
        Refused(new() { Threads = -1 }, "Threads is -1; it must be 0 to 1024.");
        Assert.ThrowsExactly<ArgumentException>(() => Create(" ", Tiny));

        void Refused(MotionDatasetOptions options, string message) =>
            Assert.AreEqual(message, Assert.ThrowsExactly<ArgumentException>(() => Create(Folder, options)).Message);
    }

    private MotionDataset Create(string folder, MotionDatasetOptions options) =>
        MotionDataset.Create(folder, options, cancellationToken: TestContext.CancellationToken);

    private static string[] Bytes(MotionDataset made) =>
        [.. Directory.EnumerateFiles(made.VideoFolder, "*.avi", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Convert.ToHexString(File.ReadAllBytes(path)))];

    private sealed class Shares : List<double>, IProgress<double>
    {
        public Action<double>? Then { get; init; }

        public void Report(double value)
        {
            Add(value);
            Then?.Invoke(value);
        }
    }
}
