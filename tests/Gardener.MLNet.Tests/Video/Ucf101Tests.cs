using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GardenerML.Tests.Video;

[TestClass]
public sealed class Ucf101Tests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _root = Directory.CreateTempSubdirectory("gardener-ucf101-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    public void Lists_say_which_videos_are_trained_and_tested_with()
    {
        Make("videos", "Archery", 4, 2);
        Make("videos", "Surfing", 4, 2);
        Lists("ucfTrainTestlist");
        var train = Load(Ucf101Subset.Train);
        CollectionAssert.AreEqual(new[] { "Archery/g03", "Archery/g03", "Archery/g04", "Archery/g04" },
            train.Where(video => video.Label == "Archery").Select(video => video.Group).ToArray());
        Assert.HasCount(8, train);
        Assert.HasCount(8, Load(Ucf101Subset.Test));
        Assert.HasCount(16, Load(Ucf101Subset.All));
        Assert.IsTrue(train.All(video => File.Exists(video.VideoPath) && Path.IsPathFullyQualified(video.VideoPath)));
        CollectionAssert.AreEqual(train.Select(video => video.VideoPath).Order(StringComparer.Ordinal).ToArray(),
            train.Select(video => video.VideoPath).ToArray());
    }

    [TestMethod]
    [DataRow("", "")]
    [DataRow("UCF-101", "ucfTrainTestlist")]
    [DataRow("videos", "../{0}")]
    public void Videos_and_lists_are_found_in_their_usual_places(string videos, string lists)
    {
        var root = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;
        Make(Path.Combine("data", videos), "Archery", 4, 1);
        Lists(Path.Combine("data", lists.Replace("{0}", "ucfTrainTestlist", StringComparison.Ordinal)), ["Archery"], clips: 1);
        var data = Ucf101.Load(_ml, root, subset: Ucf101Subset.Test);
        CollectionAssert.AreEqual(new[] { "Archery/g01", "Archery/g02" }, data.GetColumn<string>("Group").ToArray());
        CollectionAssert.AreEqual(new[] { "VideoPath", "Label", "Group" }, data.Schema.Select(column => column.Name).ToArray());
    }

    [TestMethod]
    public void Lists_beside_the_root_that_name_none_of_its_classes_are_those_of_another_data_set()
    {
        Make("mydata", "Juggling", 10, 1);
        Lists("ucfTrainTestlist", ["Archery", "Surfing"]);
        var root = Path.Combine(_root, "mydata");
        var data = Ucf101.Load(_ml, root, subset: Ucf101Subset.All);
        Assert.HasCount(10, data.GetColumn<string>("Label").ToArray());
        Assert.IsLessThan(10, Ucf101.Load(_ml, root).GetColumn<string>("Label").Count());
        // Where the user names the lists, they are meant.
        var options = new Ucf101Options { ListsFolder = Path.Combine(_root, "ucfTrainTestlist") };
        Assert.ThrowsExactly<FileNotFoundException>(() => Ucf101.Load(_ml, root, options: options));
    }

    [TestMethod]
    public void Missing_videos_are_one_error_that_counts_them_or_are_left_out()
    {
        Make("", "Archery", 4, 2);
        Make("", "Surfing", 4, 2);
        Lists("");
        File.Delete(Path.Combine(_root, "Archery", "v_Archery_g03_c01.avi"));
        File.Delete(Path.Combine(_root, "Surfing", "v_Surfing_g04_c02.avi"));
        var error = Assert.ThrowsExactly<FileNotFoundException>(() => Load(Ucf101Subset.Train));
        StringAssert.Contains(error.Message, "2 of the 8 videos");
        StringAssert.Contains(error.Message, "v_Archery_g03_c01.avi");

        var warnings = new List<string>();
        _ml.Log += (_, e) => warnings.Add(e.Message);
        Assert.HasCount(6, Load(Ucf101Subset.Train, new Ucf101Options { MissingVideos = MissingVideos.Skip }));
        Assert.IsTrue(warnings.Any(line => line.Contains("2 of the 8 videos", StringComparison.Ordinal)));
        Assert.HasCount(8, Load(Ucf101Subset.Test), "the test videos are all there");
    }

    [TestMethod]
    public void Without_lists_no_group_is_in_two_subsets_and_every_class_is_in_each()
    {
        foreach (var label in new[] { "Archery", "Diving", "Surfing" })
            Make("", label, 10, 3);
        for (int split = 1; split <= 3; split++)
        {
            var options = new Ucf101Options { ValidationFraction = 0.2, TestFraction = 0.3 };
            var parts = new[] { Ucf101Subset.Train, Ucf101Subset.Validation, Ucf101Subset.Test }
                .Select(subset => Load(subset, options, split)).ToArray();
            Assert.AreEqual(90, parts.Sum(part => part.Count));
            Assert.AreEqual(30, parts.Sum(part => part.Select(video => video.Group).Distinct().Count()), "a group is in two subsets");
            foreach (var part in parts)
                Assert.AreEqual(3, part.Select(video => video.Label).Distinct().Count());
            Assert.HasCount(27, parts[2], "3 of 10 groups, 3 clips each, 3 classes");
            CollectionAssert.AreEqual(Paths(parts[0]), Paths(Load(Ucf101Subset.Train, options, split)), "the same again");
        }
        Assert.IsFalse(Paths(Load(Ucf101Subset.Test, split: 1)).SequenceEqual(Paths(Load(Ucf101Subset.Test, split: 2))));
    }

    [TestMethod]
    public void Groups_held_out_of_the_training_list_leave_the_test_list_alone()
    {
        Make("", "Archery", 4, 2);
        Make("", "Surfing", 4, 2);
        Lists("");
        var options = new Ucf101Options { ValidationFraction = 0.5 };
        var train = Load(Ucf101Subset.Train, options);
        var validation = Load(Ucf101Subset.Validation, options);
        Assert.HasCount(4, train);
        Assert.HasCount(4, validation);
        Assert.IsFalse(train.Select(video => video.Group).Intersect(validation.Select(video => video.Group)).Any());
        CollectionAssert.AreEqual(Paths(Load(Ucf101Subset.Test)), Paths(Load(Ucf101Subset.Test, options)));
        Assert.ThrowsExactly<ArgumentException>(() => Load(Ucf101Subset.Validation));
    }

    [TestMethod]
    public void Other_files_are_no_videos_and_odd_names_are_their_own_group()
    {
        Make("", "Archery", 2, 1);
        File.WriteAllText(Path.Combine(_root, "Archery", "notes.txt"), "");
        File.WriteAllText(Path.Combine(_root, "Archery", "at home.MP4"), "");
        CollectionAssert.AreEqual(new[] { "Archery/at home", "Archery/g01", "Archery/g02" },
            Load(Ucf101Subset.All).Select(video => video.Group).ToArray());
    }

    [TestMethod]
    public void What_is_wrong_with_folders_and_lists_is_said()
    {
        StringAssert.Contains(Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => Ucf101.Load(_ml, Path.Combine(_root, "gone"))).Message, "gone");
        StringAssert.Contains(Assert.ThrowsExactly<DirectoryNotFoundException>(() => Load(Ucf101Subset.All)).Message, "no class folders");
        Directory.CreateDirectory(Path.Combine(_root, "Archery"));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => Load(Ucf101Subset.All), "an empty class folder");

        Make("", "Archery", 4, 2);
        Lists("", ["Archery"]);
        string list = Path.Combine(_root, "trainlist01.txt");
        foreach (var (line, expected) in new[]
        {
            ("Archery/v_Archery_g03_c01.avi 2", "number 2"), ("Diving/v_Diving_g03_c01.avi 1", "'Diving'"),
            ("v_Archery_g03_c01.avi", "class/file"), ("../Archery/v.avi", "class/file"), ("../v.avi 1", "class/file"),
        })
        {
            File.WriteAllText(list, "Archery/v_Archery_g03_c01.avi 1\r\n" + line + "\r\n");
            var error = Assert.ThrowsExactly<InvalidDataException>(() => Load(Ucf101Subset.Train));
            StringAssert.Contains(error.Message, expected);
            StringAssert.Contains(error.Message, "line 2");
        }
        Assert.ThrowsExactly<FileNotFoundException>(() => Load(Ucf101Subset.Train, split: 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(Ucf101Subset.Train, split: 4));
        Assert.ThrowsExactly<DirectoryNotFoundException>(
            () => Load(Ucf101Subset.Train, new Ucf101Options { ListsFolder = Path.Combine(_root, "nowhere") }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Load(Ucf101Subset.Train, new Ucf101Options { ValidationFraction = 1 }));
    }

    private static string[] Paths(IEnumerable<Ucf101Video> videos) => [.. videos.Select(video => video.VideoPath)];

    private List<Ucf101Video> Load(Ucf101Subset subset, Ucf101Options? options = null, int split = 1) =>
        [.. _ml.Data.CreateEnumerable<Ucf101Video>(Ucf101.Load(_ml, _root, split, subset, options), reuseRowObject: false)];

    private void Make(string folder, string label, int groups, int clips)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, folder, label)).FullName;
        for (int group = 1; group <= groups; group++)
        {
            for (int clip = 1; clip <= clips; clip++)
                File.WriteAllText(Path.Combine(path, $"v_{label}_g{group:00}_c{clip:00}.avi"), "");
        }
    }

    // Split 1: groups 1 and 2 are test, 3 and 4 train, as UCF101 writes them.
    private void Lists(string folder, string[]? labels = null, int clips = 2)
    {
        labels ??= ["Archery", "Surfing"];
        var path = Directory.CreateDirectory(Path.Combine(_root, folder)).FullName;
        File.WriteAllText(Path.Combine(path, "classInd.txt"), string.Concat(labels.Select((label, i) => $"{i + 1} {label}\r\n")));
        File.WriteAllText(Path.Combine(path, "trainlist01.txt"), Lines([3, 4], numbered: true));
        File.WriteAllText(Path.Combine(path, "testlist01.txt"), Lines([1, 2], numbered: false));

        string Lines(int[] groups, bool numbered) => string.Concat(
            from i in Enumerable.Range(0, labels.Length)
            from g in groups
            from c in Enumerable.Range(1, clips)
            select $"{labels[i]}/v_{labels[i]}_g{g:00}_c{c:00}.avi{(numbered ? $" {i + 1}" : "")}\r\n");
    }
}
