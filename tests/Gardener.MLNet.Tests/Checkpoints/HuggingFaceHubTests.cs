using System.Collections.Concurrent;
using GardenerML.Checkpoints;
using static GardenerML.Tests.Checkpoints.LoopbackHub;

namespace GardenerML.Tests.Checkpoints;

/// <summary>Models by id: the cache, downloads that break, and servers that lie.</summary>
[TestClass]
public sealed class HuggingFaceHubTests
{
    private const string Id = "owner/tiny";

    [TestMethod]
    public void An_id_is_downloaded_once_and_then_comes_from_the_cache()
    {
        using var folder = new TemporaryFolder();
        var seen = new ConcurrentQueue<DownloadProgress>();
        using (var hub = MakeHub())
        {
            var options = new VideoMaeCheckpointOptions { HuggingFace = Settings(folder, hub), Progress = new Report(seen.Enqueue) };
            using var checkpoint = VideoMaeCheckpoint.Open(Id, options);

            TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
            var requests = hub.Requests.Count;
            using var again = VideoMaeCheckpoint.Open(Id, options);
            Assert.HasCount(requests, hub.Requests);
        }
        var last = seen.Last(progress => progress.File == "model.safetensors");
        Assert.AreEqual(last.Total, last.Received);
        Assert.AreEqual(Commit, File.ReadAllText(folder.File("models--owner--tiny/refs/main")));
        // The blobs lie where the Python package looks for them.
        Assert.HasCount(3, Directory.GetFiles(folder.File("models--owner--tiny/blobs")));
        var offline = new HuggingFaceSettings { CacheFolder = folder.Path, Offline = true };
        using var fromCache = VideoMaeCheckpoint.Open(Id, new VideoMaeCheckpointOptions { HuggingFace = offline });
        TinyModel.AssertSame(TinyModel.Classifier(), fromCache.Encoder);
    }

    [TestMethod]
    public async Task The_token_goes_to_the_hub_and_never_to_the_storage()
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();

        await HuggingFaceHub.GetModelFolderAsync(Id, Settings(folder, hub) with { Token = "hf_secret" });

        Assert.IsTrue(hub.Requests.Where(request => request.StartsWith("hub ")).All(request => request.EndsWith("Bearer hf_secret")));
        var toStorage = hub.Requests.Where(request => request.StartsWith("storage ")).ToList();
        Assert.IsNotEmpty(toStorage);
        Assert.IsFalse(toStorage.Any(request => request.Contains("hf_secret")));
    }

    [TestMethod]
    [DataRow(nameof(Fault.Error))]
    [DataRow(nameof(Fault.Truncate))]
    [DataRow(nameof(Fault.Stall))]
    [DataRow(nameof(Fault.Corrupt))]
    public async Task A_fault_is_mended_by_another_try(string name)
    {
        var fault = Enum.Parse<Fault>(name);
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        hub.Misbehave = (_, count) => count == 0 ? fault : Fault.None;

        var path = await HuggingFaceHub.GetModelFolderAsync(Id, Settings(folder, hub));

        CollectionAssert.AreEqual(hub.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(path, "model.safetensors")));
        CollectionAssert.AreEqual(hub.Files["config.json"], File.ReadAllBytes(Path.Combine(path, "config.json")));
        Assert.IsEmpty(Directory.GetFiles(folder.File("models--owner--tiny/blobs"), "*.incomplete"));
        var half = hub.Files["model.safetensors"].Length / 2;
        Assert.AreEqual(
            fault is Fault.Truncate or Fault.Stall, hub.Requests.Contains($"storage GET model.safetensors bytes={half}-"), "resume");
    }

    [TestMethod]
    public async Task An_interrupted_download_is_resumed_by_the_next_call_even_if_the_server_starts_again()
    {
        foreach (var second in (Fault[])[Fault.None, Fault.IgnoreRange])
        {
            using var folder = new TemporaryFolder();
            using var hub = MakeHub();
            var settings = Settings(folder, hub) with { Attempts = 1 };
            hub.Misbehave = (name, _) => name == "model.safetensors" ? Fault.Truncate : Fault.None;
            var error = await Assert.ThrowsExactlyAsync<CheckpointException>(() => HuggingFaceHub.GetModelFolderAsync(Id, settings));
            StringAssert.Contains(error.Message, "model.safetensors");
            Assert.HasCount(1, Directory.GetFiles(folder.File("models--owner--tiny/blobs"), "*.incomplete"));

            hub.Misbehave = (_, _) => second;
            var path = await HuggingFaceHub.GetModelFolderAsync(Id, settings);

            CollectionAssert.AreEqual(hub.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(path, "model.safetensors")));
            Assert.IsTrue(hub.Requests.Any(request => request.StartsWith("storage GET model.safetensors bytes=")));
        }
    }

    [TestMethod]
    public async Task A_file_that_never_has_the_stated_hash_is_not_used()
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        hub.WrongHash = new string('a', 40);

        var error = await Assert.ThrowsExactlyAsync<CheckpointException>(() => HuggingFaceHub.GetModelFolderAsync(Id, Settings(folder, hub)));

        StringAssert.Contains(error.Message, "hash");
        Assert.IsFalse(Directory.Exists(folder.File("models--owner--tiny/snapshots")));
        Assert.IsFalse(File.Exists(folder.File($"models--owner--tiny/blobs/{hub.WrongHash}")));
    }

    [TestMethod]
    [DataRow(401, "HF_TOKEN")]
    [DataRow(404, "no config.json")]
    [DataRow(503, "in 3 tries")]
    public async Task A_refusal_says_what_may_be_wrong(int status, string expected)
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        hub.Status = status;

        var error = await Assert.ThrowsExactlyAsync<CheckpointException>(() => HuggingFaceHub.GetModelFolderAsync(Id, Settings(folder, hub)));

        StringAssert.Contains(error.Message, expected);
        StringAssert.StartsWith(error.Message, Id);
    }

    [TestMethod]
    public async Task Sharded_and_pickled_models_are_downloaded_whole()
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        hub.Files.Remove("model.safetensors", out var weights);
        hub.Files["pytorch_model.bin"] = [1, 2, 3];
        var path = await HuggingFaceHub.GetModelFolderAsync("owner/pickled", Settings(folder, hub));
        Assert.IsTrue(File.Exists(Path.Combine(path, "pytorch_model.bin")));

        hub.Files["model-1.safetensors"] = weights!;
        hub.Files["model.safetensors.index.json"] = """{"weight_map":{"classifier.bias":"model-1.safetensors"}}"""u8.ToArray();
        using var checkpoint = VideoMaeCheckpoint.Open("owner/sharded", new VideoMaeCheckpointOptions { HuggingFace = Settings(folder, hub) });
        TinyModel.AssertSame(TinyModel.Classifier(), checkpoint.Encoder);
    }

    [TestMethod]
    public async Task Cancelling_stops_and_keeps_what_is_there()
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        hub.Misbehave = (name, _) => name == "model.safetensors" ? Fault.Stall : Fault.None;
        using var cancel = new CancellationTokenSource();
        var progress = new Report(state =>
        {
            if (state is { File: "model.safetensors", Received: > 0 })
                cancel.Cancel();
        });

        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            HuggingFaceHub.GetModelFolderAsync(Id, Settings(folder, hub) with { StallTimeout = TimeSpan.FromMinutes(5) }, progress, cancel.Token));

        Assert.IsGreaterThan(0, new FileInfo(Directory.GetFiles(folder.File("models--owner--tiny/blobs"), "*.incomplete").Single()).Length);
    }

    [TestMethod]
    public async Task Without_network_the_message_is_clear()
    {
        using var folder = new TemporaryFolder();
        var offline = new HuggingFaceSettings { CacheFolder = folder.Path, Offline = true };
        StringAssert.Contains(
            (await Assert.ThrowsExactlyAsync<CheckpointException>(() => HuggingFaceHub.GetModelFolderAsync(Id, offline))).Message, "HF_HUB_OFFLINE");

        using var hub = MakeHub();
        var settings = Settings(folder, hub);
        hub.Dispose();
        var error = await Assert.ThrowsExactlyAsync<CheckpointException>(() => HuggingFaceHub.GetModelFolderAsync(Id, settings));
        StringAssert.Contains(error.Message, settings.Endpoint.ToString());
    }

    [TestMethod]
    public void A_mistyped_path_is_told_at_once_as_no_file_and_no_id()
    {
        using var folder = new TemporaryFolder();
        using var hub = MakeHub();
        var settings = Settings(folder, hub);
        var name = $"folder{Guid.NewGuid():N}";
        Directory.CreateDirectory(name);
        try
        {
            var error = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open($"{name}/videomea", new() { HuggingFace = settings }));
            StringAssert.StartsWith(error.Message, $"{name}/videomea: There is no such file or folder here.");
            StringAssert.Contains(error.Message, "the server was not asked");
            Assert.IsEmpty(hub.Requests);
        }
        finally
        {
            Directory.Delete(name);
        }
        // Nothing listens here; a second try would wait for an hour.
        var unreachable = settings with { Endpoint = new Uri("http://127.0.0.1:9"), RetryDelay = TimeSpan.FromHours(1) };
        var unanswered = Assert.ThrowsExactly<CheckpointException>(() => VideoMaeCheckpoint.Open("owner/model", new() { HuggingFace = unreachable }));
        StringAssert.Contains(unanswered.Message, "There is no such file or folder here.");
        StringAssert.Contains(unanswered.Message, "cannot be reached");
    }

    [TestMethod]
    [DataRow("MCG-NJU/videomae-base-finetuned-kinetics", true)]
    [DataRow("owner/model.v2", true)]
    [DataRow("owner", false)]
    [DataRow("a/b/c", false)]
    [DataRow("../x", false)]
    [DataRow("a/..b", false)]
    [DataRow("a/b--c", false)]
    [DataRow("folder/finetuned.pth", false)]
    [DataRow("C:\\a/b", false)]
    public void An_id_is_owner_and_name(string text, bool expected) => Assert.AreEqual(expected, HuggingFaceHub.IsId(text));

    [TestMethod]
    public void The_environment_names_cache_server_and_token_as_in_Python()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("token"), " from-file \n");
        var settings = From(("HF_HOME", folder.Path), ("HF_HUB_OFFLINE", "yes"), ("HF_ENDPOINT", "https://mirror.example"));
        Assert.AreEqual(folder.File("hub"), settings.CacheFolder);
        Assert.AreEqual("from-file", settings.Token);
        Assert.IsTrue(settings.Offline);
        Assert.AreEqual(new Uri("https://mirror.example"), settings.Endpoint);
        Assert.DoesNotContain("from-file", settings.ToString());

        settings = From(("XDG_CACHE_HOME", folder.Path), ("HF_TOKEN", "t"));
        Assert.AreEqual(folder.File(Path.Combine("huggingface", "hub")), settings.CacheFolder);
        Assert.AreEqual("t", settings.Token);
        Assert.IsFalse(settings.Offline);
        Assert.AreEqual("c", From(("HF_HUB_CACHE", "c"), ("HF_HOME", folder.Path)).CacheFolder);
        Assert.ThrowsExactly<ArgumentException>(() => From(("HF_ENDPOINT", "mirror")));

        static HuggingFaceSettings From(params (string Name, string Value)[] variables) =>
            HuggingFaceSettings.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
    }

    private static LoopbackHub MakeHub()
    {
        using var folder = new TemporaryFolder();
        VideoMaeCheckpointWriter.Save(folder.File("m"), TinyModel.Content());
        var hub = new LoopbackHub { Large = { "model.safetensors", "model-1.safetensors", "pytorch_model.bin" } };
        foreach (var file in Directory.GetFiles(folder.File("m")))
            hub.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        return hub;
    }

    private static HuggingFaceSettings Settings(TemporaryFolder folder, LoopbackHub hub) => new()
    {
        CacheFolder = folder.Path,
        Endpoint = hub.Endpoint,
        Attempts = 3,
        RetryDelay = TimeSpan.FromMilliseconds(10),
        StallTimeout = TimeSpan.FromSeconds(1),
    };

    /// <summary>Reports at once; <see cref="Progress{T}"/> would do so later.</summary>
    private sealed class Report(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        void IProgress<DownloadProgress>.Report(DownloadProgress value) => report(value);
    }
}
