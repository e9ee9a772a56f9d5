using GardenerML.Search;
using GardenerML.Tests.Checkpoints;
using Microsoft.Data.Sqlite;

namespace GardenerML.Tests.Search;

[TestClass]
public sealed class TrialStoreTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, string> Experiment = new() { ["checkpoint"] = "a", ["seed"] = "1" };
    private static readonly GardenerExperimentDescription Description = new() { Checkpoint = "a" };

    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();

    private string Database => _folder.File("trials.db");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_trial_belongs_to_one_connection_until_it_ends()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var started = await first.TryStartAsync(Trials.Of(2), Lease);
        Assert.AreEqual((1, Trials.Of(2).Key), (started!.TrialId, started.Key));
        Assert.IsNull(await second.TryStartAsync(Trials.Of(2), Lease));
        Assert.IsNull(await second.TryStartAsync(Trials.Of(2) with { Criterion = "l1" }, Lease), "the same blocks");
        Assert.IsNull(await first.TryStartAsync(Trials.Of(2), Lease), "it runs already");
        Assert.AreEqual(2, (await second.TryStartAsync(Trials.Of(3), Lease))!.TrialId);

        Assert.IsFalse(await second.TryFinishAsync(Trials.Completed(started, 0.1)), "it is not its own");
        Assert.IsFalse(await second.TryRenewAsync(1, Lease));
        await second.ReleaseAsync(1);
        Assert.IsTrue(await first.TryRenewAsync(1, Lease));
        Assert.IsTrue(await first.TryFinishAsync(Trials.Completed(started, 0.5)));
        Assert.IsNull(await second.TryStartAsync(Trials.Of(2), Lease));

        var trials = await second.GetTrialsAsync();
        CollectionAssert.AreEqual(
            new[] { GardenerTrialState.Completed, GardenerTrialState.Running }, trials.Select(trial => trial.State).ToArray());
        Assert.AreEqual(0.5, trials[0].Result!.Accuracy);
        Assert.IsNull(trials[1].Result);
    }

    [TestMethod]
    public async Task Of_many_that_start_the_same_trials_at_once_each_trial_has_one()
    {
        const int Stores = 4, Count = 10;
        var started = await Task.WhenAll(Enumerable.Range(0, Stores).Select(async _ =>
        {
            // The stores stay open: what a closed one had started is free again.
            var store = await OpenAsync();
            var mine = new List<int>();
            for (var removed = 0; removed < Count; removed++)
            {
                if (await store.TryStartAsync(Trials.Of(removed), Lease) is { } trial)
                    mine.Add(trial.TrialId);
            }
            return (store, mine);
        }));
        CollectionAssert.AreEquivalent(Enumerable.Range(1, Count).ToArray(), started.SelectMany(one => one.mine).ToArray());
        foreach (var (store, _) in started)
            await store.DisposeAsync();
    }

    [TestMethod]
    public async Task Of_many_that_start_different_trials_at_once_no_more_start_than_there_may_be()
    {
        const int Stores = 4, Most = 3;
        var stores = await Task.WhenAll(Enumerable.Range(0, Stores).Select(_ => OpenAsync()));
        var started = await Task.WhenAll(stores.SelectMany(
            (store, first) => Enumerable.Range(0, 3).Select(more => store.TryStartAsync(Trials.Of((3 * first) + more), Lease, Most))));
        Assert.AreEqual(Most, started.Count(trial => trial is not null));

        // What is given back or exceeds a maximum makes room for another; what ended otherwise does not.
        await using var other = await OpenAsync();
        await ReleaseAsync(1);
        Assert.IsNotNull(await other.TryStartAsync(Trials.Of(2, epochs: 9), Lease, Most));
        Assert.IsNull(await other.TryStartAsync(Trials.Of(3, epochs: 9), Lease, Most));
        foreach (var store in stores)
            await store.TryFinishAsync(Trials.Completed(started.First(trial => trial?.TrialId == 2)!, 0.5));
        Assert.IsNull(await other.TryStartAsync(Trials.Of(3, epochs: 9), Lease, Most));
        Assert.IsNotNull(await other.TryStartAsync(Trials.Of(3, epochs: 9), Lease, Most + 1));
        Assert.IsNotNull(await other.TryStartAsync(Trials.Of(4, epochs: 9), Lease));
        foreach (var store in stores)
            await store.DisposeAsync();

        async Task ReleaseAsync(int id)
        {
            // Only the one that has it can.
            foreach (var store in stores)
                await store.ReleaseAsync(id);
        }
    }

    [TestMethod]
    public async Task A_process_that_slept_beyond_its_lease_keeps_its_trial_while_it_holds_its_lock()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var started = (await first.TryStartAsync(Trials.Of(2), Lease))!;
        _clock.Now += 10 * Lease;
        Assert.AreEqual(GardenerTrialState.Running, (await second.GetTrialsAsync())[0].State);
        Assert.IsNull(await second.TryStartAsync(Trials.Of(2), Lease));
        Assert.IsNull(await first.TryStartAsync(Trials.Of(2), Lease));
        Assert.IsTrue(await first.TryRenewAsync(1, Lease));
        Assert.IsTrue(await first.TryFinishAsync(Trials.Completed(started, 0.5)));
    }

    [TestMethod]
    public async Task Where_the_lock_does_not_tell_a_lease_that_is_not_renewed_expires_and_the_trial_is_lost()
    {
        var first = await OpenAsync();
        var started = (await first.TryStartAsync(Trials.Of(2), Lease))!;
        // A folder cannot be opened as a file.
        var file = Directory.GetFiles(_folder.Path, "*.lock").Single();
        await first.DisposeAsync();
        Directory.CreateDirectory(file);
        await using var second = await OpenAsync();
        _clock.Now += Lease - TimeSpan.FromSeconds(1);
        Assert.IsTrue(await first.TryRenewAsync(1, Lease));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.IsNull(await second.TryStartAsync(Trials.Of(2), Lease));
        _clock.Now += Lease;
        Assert.AreEqual(GardenerTrialState.Interrupted, (await second.GetTrialsAsync())[0].State);
        Assert.AreEqual(1, (await second.TryStartAsync(Trials.Of(2), Lease))!.TrialId);
        Assert.IsFalse(await first.TryRenewAsync(1, Lease));
        Assert.IsFalse(await first.TryFinishAsync(Trials.Completed(started, 0.5)));
    }

    [TestMethod]
    public async Task What_a_process_that_is_gone_had_started_is_free_at_once()
    {
        var gone = await OpenAsync();
        await gone.TryStartAsync(Trials.Of(2), Lease);
        // A killed process does not release its trial, nor delete the file: the system frees the lock.
        var file = Directory.GetFiles(_folder.Path, "*.lock").Single();
        await gone.DisposeAsync();
        await File.WriteAllTextAsync(file, "");
        await using var second = await OpenAsync();
        Assert.AreEqual(GardenerTrialState.Interrupted, (await second.GetTrialsAsync())[0].State);
        Assert.AreEqual(1, (await second.TryStartAsync(Trials.Of(2), Lease))!.TrialId);
        Assert.IsFalse(File.Exists(file));
    }

    [TestMethod]
    public async Task A_released_and_an_infeasible_trial_may_be_started_again_and_a_failed_one_not()
    {
        await using var store = await OpenAsync();
        await store.TryStartAsync(Trials.Of(1), Lease);
        await store.ReleaseAsync(1);
        Assert.AreEqual(GardenerTrialState.Interrupted, (await store.GetTrialsAsync())[0].State);
        var trial = (await store.TryStartAsync(Trials.Of(1), Lease))!;
        await store.TryFinishAsync(new GardenerTrialResult { TrialSettings = trial, State = GardenerTrialState.Infeasible, Cost = Trials.Cost(trial), Error = "large" });
        Assert.AreEqual("large", (await store.GetTrialsAsync())[0].Result!.Error);
        trial = (await store.TryStartAsync(Trials.Of(1), Lease))!;
        Assert.IsNull((await store.GetTrialsAsync())[0].Result);
        await store.TryFinishAsync(new GardenerTrialResult { TrialSettings = trial, State = GardenerTrialState.Failed, Error = "no memory" });
        Assert.IsNull(await store.TryStartAsync(Trials.Of(1), Lease));
    }

    [TestMethod]
    public async Task Another_experiment_is_refused_with_what_differs()
    {
        await using (await OpenAsync())
        {
        }
        await using var store = new SqliteTrialStore(Database);
        var error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() =>
            store.OpenAsync(new Dictionary<string, string> { ["checkpoint"] = "b", ["seed"] = "1" }, Description));
        StringAssert.Contains(error.Message, "checkpoint was a and is b");
        StringAssert.Contains(error.Message, _folder.Path);
    }

    [TestMethod]
    public async Task Other_files_and_databases_are_refused_and_left_as_they_are()
    {
        await File.WriteAllTextAsync(Database, "Not a database, but a text that is long enough to be taken for one at first sight.");
        var error = await Assert.ThrowsExactlyAsync<InvalidDataException>(OpenAsync);
        StringAssert.Contains(error.Message, Database);
        Assert.AreEqual(0, Directory.GetFiles(_folder.Path, "*.lock").Length);

        File.Delete(Database);
        Execute("CREATE TABLE letter (text TEXT)");
        error = await Assert.ThrowsExactlyAsync<InvalidDataException>(OpenAsync);
        StringAssert.Contains(error.Message, "another program");

        File.Delete(Database);
        await using (await OpenAsync())
        {
        }
        foreach (var version in (int[])[1, 3])
        {
            Execute($"PRAGMA user_version = {version}");
            error = await Assert.ThrowsExactlyAsync<InvalidDataException>(OpenAsync);
            StringAssert.Contains(error.Message, $"version {version}; this library reads version 2. Choose another folder for the experiment.");
        }
    }

    [TestMethod]
    [DataRow("settings = '{}'")]
    [DataRow("settings = 'no JSON'")]
    [DataRow("settings = 'null'")]
    [DataRow("settings = replace(settings, '\"Removed\":[0,1]', '\"Removed\":[0,12]')")]
    [DataRow("settings = replace(settings, '\"Removed\":[0,1]', '\"Removed\":null')")]
    [DataRow("settings = replace(settings, '\"TrialId\":1', '\"TrialId\":2')")]
    [DataRow("settings = replace(settings, '\"BlockCount\":12', '\"BlockCount\":2000000000')")]
    [DataRow("key = 'another'")]
    [DataRow("result = replace(result, '\"Removed\":[0,1]', '\"Removed\":[0,2]')")]
    [DataRow("state = 'Lost'")]
    [DataRow("state = 'Failed'")]
    [DataRow("result = NULL")]
    [DataRow("result = '[]'")]
    [DataRow("result = replace(result, '\"Cost\":{', '\"Other\":{')")]
    public async Task A_damaged_trial_is_named(string damage)
    {
        await using var store = await OpenAsync();
        var trial = (await store.TryStartAsync(Trials.Of(2), Lease))!;
        await store.TryFinishAsync(Trials.Completed(trial, 0.5));
        Execute($"UPDATE trial SET {damage}");
        var error = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => store.GetTrialsAsync());
        StringAssert.Contains(error.Message, "trial 1 is damaged");
    }

    [TestMethod]
    [DataRow("UPDATE description SET json = 'no JSON'")]
    [DataRow("UPDATE description SET json = 'null'")]
    [DataRow("UPDATE description SET json = replace(json, '\"MinimumAccuracy\":null', '\"MinimumAccuracy\":2')")]
    [DataRow("UPDATE description SET json = replace(json, '\"Metric\":\"Accuracy\"', '\"Metric\":9')")]
    [DataRow("UPDATE description SET json = replace(json, '\"Checkpoint\":\"a\"', '\"Checkpoint\":null')")]
    [DataRow("DELETE FROM description")]
    public async Task A_damaged_description_is_damage(string damage)
    {
        await using (await OpenAsync())
        {
        }
        Assert.IsEmpty(await ReadAsync());
        Execute(damage);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InvalidDataException>(ReadAsync)).Message, $"{Database}: the file is no database of trials");
    }

    [TestMethod]
    [DataRow("ALTER TABLE trial RENAME TO other; CREATE VIEW trial AS SELECT * FROM other")]
    [DataRow("CREATE TRIGGER more AFTER UPDATE ON trial BEGIN DELETE FROM trial; END")]
    [DataRow("DROP TABLE setting")]
    [DataRow("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 10001) INSERT INTO setting SELECT x, '' FROM n")]
    public async Task A_database_with_other_tables_or_too_much_in_them_is_damaged(string damage)
    {
        await using (await OpenAsync())
        {
        }
        Execute(damage);
        var error = await Assert.ThrowsExactlyAsync<InvalidDataException>(OpenAsync);
        StringAssert.Contains(error.Message, $"{Database}: the file is no database of trials");
    }

    [TestMethod]
    public async Task A_number_of_a_trial_that_is_too_large_is_damage_too()
    {
        await using var store = await OpenAsync();
        await store.TryStartAsync(Trials.Of(2), Lease);
        Execute($"UPDATE trial SET id = {long.MaxValue}");
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InvalidDataException>(() => store.GetTrialsAsync())).Message, Database);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<InvalidDataException>(() => store.TryStartAsync(Trials.Of(3), Lease))).Message, Database);
    }

    [TestMethod]
    public async Task What_cannot_be_opened_is_named()
    {
        Directory.CreateDirectory(Database);
        StringAssert.Contains((await Assert.ThrowsExactlyAsync<IOException>(OpenAsync)).Message, $"{Database}: the database of trials cannot be");
    }

    [TestMethod]
    public async Task Reading_waits_for_no_writer_and_changes_nothing_in_a_folder_that_is_write_protected_too()
    {
        var gone = await OpenAsync();
        await gone.TryStartAsync(Trials.Of(2), Lease);
        var file = Directory.GetFiles(_folder.Path, "*.lock").Single();
        await gone.DisposeAsync();
        await File.WriteAllTextAsync(file, "");
        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            using var writing = connection.BeginTransaction();
            Assert.AreEqual(GardenerTrialState.Interrupted, (await ReadAsync()).Single().State);
        }
        Assert.IsTrue(File.Exists(file));
        if (OperatingSystem.IsWindows())
            return;
        var (folder, database) = (File.GetUnixFileMode(_folder.Path), File.GetUnixFileMode(Database));
        const UnixFileMode Writing = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        File.SetUnixFileMode(Database, database & ~Writing);
        File.SetUnixFileMode(_folder.Path, folder & ~Writing);
        try
        {
            Assert.HasCount(1, await ReadAsync());
        }
        finally
        {
            File.SetUnixFileMode(_folder.Path, folder);
        }
    }

    private async Task<SqliteTrialStore> OpenAsync()
    {
        var store = new SqliteTrialStore(Database, _clock);
        await store.OpenAsync(Experiment, Description);
        return store;
    }

    private async Task<IReadOnlyList<GardenerTrial>> ReadAsync()
    {
        using var result = await GardenerExperiment.ReadResultAsync(_folder.Path);
        return result.Trials;
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
