using System.Text.Json;
using GardenerML.Training;
using Microsoft.Data.Sqlite;

namespace GardenerML.Search;

/// <summary>
/// Trials in a SQLite database, which a process may leave at any moment without damage. Whoever uses the database holds a lock on a
/// file of its own beside it, so that another process sees at once when it was killed, without waiting for the end of the lease.
/// </summary>
internal sealed class SqliteTrialStore : IGardenerTrialStore
{
    // "Grdn": tells our databases from those of others.
    private const int ApplicationId = 0x4772646e;
    private const int SchemaVersion = 2;
    private const int MostTrials = 100_000;
    private const int MostSettings = 10_000;

    private const string SettingTable = "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT";

    private const string TrialTable =
        "CREATE TABLE trial (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, settings TEXT NOT NULL, state TEXT NOT NULL, "
        + "owner TEXT, lease INTEGER NOT NULL, result TEXT) STRICT";

    private const string DescriptionTable = "CREATE TABLE description (json TEXT NOT NULL) STRICT";

    private const string SelectTrials = "SELECT id, key, settings, state, owner, lease, result FROM trial";

    // SQLite's codes for what the file holds, and not the disk or another process, is to blame for: a wrong schema, a damaged page, a
    // value that is too large, not unique or of another type, no database at all.
    private static readonly int[] Damage = [1, 11, 18, 19, 20, 26];

    private static readonly JsonSerializerOptions Json = new() { RespectNullableAnnotations = true };

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly bool _readOnly;
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private FileStream? _lock;

    public SqliteTrialStore(string path, TimeProvider? time = null, bool readOnly = false) =>
        (_path, _time, _readOnly) = (Path.GetFullPath(path), time ?? TimeProvider.System, readOnly);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task OpenAsync(
        IReadOnlyDictionary<string, string> settings, GardenerExperimentDescription description, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        return DoAsync((connection, transaction) =>
        {
            if (Number(connection, "PRAGMA application_id") == 0 && Number(connection, "SELECT count(*) FROM sqlite_master") == 0)
                Create(connection, settings);
            RequireOurs(connection);
            if (SettingsDifference.Find(Settings(connection), settings) is { } differences)
                throw new InvalidOperationException(
                    $"The trials in {Path.GetDirectoryName(_path)} are of another experiment: {differences}. Give the same data, checkpoint and "
                    + "recipe, or another folder.");
            Execute(connection, "DELETE FROM description");
            Execute(connection, "INSERT INTO description VALUES ($json)", ("$json", JsonSerializer.Serialize(description, Json)));
            transaction.Commit();
            _lock ??= new FileStream(LockFile(_owner), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            return true;
        }, cancellationToken);
    }

    /// <summary>What the experiment is about.</summary>
    public Task<GardenerExperimentDescription> GetDescriptionAsync(CancellationToken cancellationToken = default) => DoAsync((connection, _) =>
    {
        RequireOurs(connection);
        using var command = Command(connection, "SELECT json FROM description LIMIT 1");
        try
        {
            var description = JsonSerializer.Deserialize<GardenerExperimentDescription>(command.ExecuteScalar() as string ?? "null", Json)
                ?? throw Damaged(null);
            description.Validate();
            return description;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Damaged(e);
        }
    }, cancellationToken);

    public Task<IReadOnlyList<GardenerTrial>> GetTrialsAsync(CancellationToken cancellationToken = default) =>
        DoAsync<IReadOnlyList<GardenerTrial>>((connection, _) =>
        {
            RequireOurs(connection);
            return
            [
                .. Rows(connection).Select(row =>
                {
                    var state = StateOf(row);
                    return new GardenerTrial(Settings(row), state, Result(row, state));
                }),
            ];
        }, cancellationToken);

    public Task<GardenerTrialSettings?> TryStartAsync(
        GardenerTrialSettings settings, TimeSpan lease, int? maximumTrials = null, CancellationToken cancellationToken = default) =>
        DoAsync((connection, transaction) =>
        {
            var started = maximumTrials is { } most && Rows(connection).Count(row => StateOf(row).Counts()) >= most
                ? null
                : Start(connection, settings, Now + (long)lease.TotalMilliseconds);
            transaction.Commit();
            return started;
        }, cancellationToken);

    public Task<bool> TryRenewAsync(int trialId, TimeSpan lease, CancellationToken cancellationToken = default) => ChangeOwnAsync(
        trialId, "lease = $lease", cancellationToken, ("$lease", Now + (long)lease.TotalMilliseconds));

    public Task<bool> TryFinishAsync(GardenerTrialResult result, CancellationToken cancellationToken = default) => ChangeOwnAsync(
        result.TrialSettings.TrialId, "owner = NULL, state = $state, result = $result", cancellationToken,
        ("$state", result.State.ToString()), ("$result", JsonSerializer.Serialize(result, Json)));

    public Task ReleaseAsync(int trialId, CancellationToken cancellationToken = default) => ChangeOwnAsync(
        trialId, "owner = NULL, state = $state", cancellationToken, ("$state", nameof(GardenerTrialState.Interrupted)));

    public ValueTask DisposeAsync()
    {
        if (_lock is not null)
        {
            _lock.Dispose();
            File.Delete(LockFile(_owner));
        }
        return ValueTask.CompletedTask;
    }

    private void RequireOurs(SqliteConnection connection)
    {
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
            throw new InvalidDataException($"{_path}: the database is of another program. Choose another folder for the experiment.");
        if (Number(connection, "PRAGMA user_version") is var version && version != SchemaVersion)
            throw new InvalidDataException(
                $"{_path}: the database has version {version}; this library reads version {SchemaVersion}. Choose another folder for the experiment.");
        // A view or a trigger could do what it likes.
        if (Number(connection, "SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL") != 3
            || Number(
                connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND sql IN ($setting, $trial, $description)",
                ("$setting", SettingTable), ("$trial", TrialTable), ("$description", DescriptionTable)) != 3)
            throw Damaged(null);
    }

    private void RequireFewer(long count)
    {
        if (count >= MostTrials)
            throw new InvalidDataException($"{_path}: the database holds more than {MostTrials} trials. Choose another folder for the experiment.");
    }

    private static void Create(SqliteConnection connection, IReadOnlyDictionary<string, string> settings)
    {
        Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}");
        Execute(connection, SettingTable);
        Execute(connection, TrialTable);
        Execute(connection, DescriptionTable);
        foreach (var (name, value) in settings)
            Execute(connection, "INSERT INTO setting VALUES ($name, $value)", ("$name", name), ("$value", value));
    }

    private GardenerTrialSettings? Start(SqliteConnection connection, GardenerTrialSettings settings, long lease)
    {
        if (Find(connection, settings.Key) is not { } row)
        {
            var last = Number(connection, "SELECT coalesce(max(id), 0) FROM trial");
            RequireFewer(last);
            settings = settings with { TrialId = (int)last + 1 };
            Execute(connection,
                "INSERT INTO trial VALUES ($id, $key, $settings, $state, $owner, $lease, NULL)",
                ("$id", settings.TrialId), ("$key", settings.Key), ("$settings", JsonSerializer.Serialize(settings, Json)),
                ("$state", nameof(GardenerTrialState.Running)), ("$owner", _owner), ("$lease", lease));
            return settings;
        }
        if (StateOf(row) is not (GardenerTrialState.Interrupted or GardenerTrialState.Infeasible))
            return null;
        Execute(connection,
            "UPDATE trial SET state = $state, owner = $owner, lease = $lease, result = NULL WHERE id = $id",
            ("$state", nameof(GardenerTrialState.Running)), ("$owner", _owner), ("$lease", lease), ("$id", row.Id));
        return Settings(row);
    }

    private Task<bool> ChangeOwnAsync(
        int trialId, string change, CancellationToken cancellationToken, params (string Name, object Value)[] values) =>
        DoAsync((connection, transaction) =>
        {
            var changed = Execute(
                connection, $"UPDATE trial SET {change} WHERE id = $id AND owner = $owner", [.. values, ("$id", trialId), ("$owner", _owner)]);
            transaction.Commit();
            return changed == 1;
        }, cancellationToken);

    private List<Row> Rows(SqliteConnection connection)
    {
        using var command = Command(connection, $"{SelectTrials} ORDER BY id");
        using var reader = command.ExecuteReader();
        var rows = new List<Row>();
        while (reader.Read())
        {
            RequireFewer(rows.Count);
            rows.Add(Row.Read(reader));
        }
        return rows;
    }

    private static Row? Find(SqliteConnection connection, string key)
    {
        using var command = Command(connection, $"{SelectTrials} WHERE key = $key", ("$key", key));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Row.Read(rows) : null;
    }

    private GardenerTrialState StateOf(Row row)
    {
        if (!Enum.TryParse<GardenerTrialState>(row.State, out var state))
            throw Damaged(row, null);
        return state == GardenerTrialState.Running && !Lives(row) ? GardenerTrialState.Interrupted : state;
    }

    /// <summary>
    /// Whether a store object still holds its lock; the file of one that does not is removed. A process that slept has a lease that ran
    /// out, and still trains: the lease decides only where the lock does not tell.
    /// </summary>
    private bool Lives(Row row)
    {
        if (row.Owner == _owner)
            return true;
        if (row.Owner is null || !Guid.TryParseExact(row.Owner, "N", out _))
            return false;
        var path = LockFile(row.Owner);
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None))
            {
            }
            if (!_readOnly)
                File.Delete(path);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException e) when (TrainingStore.IsHeld(e))
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return row.Lease > Now;
        }
    }

    private string LockFile(string owner) => $"{_path}.{owner}.lock";

    private GardenerTrialSettings Settings(Row row) =>
        Read<GardenerTrialSettings>(row, row.Settings) is { IsValid: true } settings && IsOf(row, settings)
            ? settings
            : throw Damaged(row, null);

    private static bool IsOf(Row row, GardenerTrialSettings settings) => settings.TrialId == row.Id && settings.Key == row.Key;

    private GardenerTrialResult? Result(Row row, GardenerTrialState state)
    {
        if (state is GardenerTrialState.Interrupted or GardenerTrialState.Running)
            return null;
        // Where a state says so much, it must be there.
        var result = row.Result is null ? null : Read<GardenerTrialResult>(row, row.Result);
        if (result is null || result.State != state || !result.TrialSettings.IsValid || !IsOf(row, result.TrialSettings)
            || (state != GardenerTrialState.Failed && result.Cost is null))
            throw Damaged(row, null);
        return result;
    }

    private T? Read<T>(Row row, string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json);
        }
        catch (JsonException e)
        {
            throw Damaged(row, e);
        }
    }

    private InvalidDataException Damaged(Row row, Exception? inner) => new($"{_path}: trial {row.Id} is damaged.", inner);

    private InvalidDataException Damaged(Exception? inner) => new($"{_path}: the file is no database of trials, or it is damaged.", inner);

    private SortedDictionary<string, string> Settings(SqliteConnection connection)
    {
        if (Number(connection, "SELECT count(*) FROM setting") > MostSettings)
            throw Damaged(null);
        using var command = Command(connection, "SELECT name, value FROM setting");
        using var rows = command.ExecuteReader();
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (rows.Read())
            settings[Row.Text(rows, 0)] = Row.Text(rows, 1);
        return settings;
    }

    /// <summary>
    /// Works in a transaction that no other process writes beside, with a connection of its own: calls may overlap. A reader sees what
    /// was there when it began, and keeps no one from writing.
    /// </summary>
    private Task<T> DoAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellation) => Task.Run(() =>
    {
        try
        {
            using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder
                {
                    DataSource = _path,
                    Mode = _readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
                    Pooling = false,
                }.ConnectionString);
            connection.Open();
            using var transaction = connection.BeginTransaction(deferred: _readOnly);
            return work(connection, transaction);
        }
        catch (Exception e) when (e is InvalidCastException or OverflowException or FormatException
            || (e is SqliteException { SqliteErrorCode: var code } && Damage.Contains(code)))
        {
            throw Damaged(e);
        }
        catch (SqliteException e)
        {
            throw new IOException($"{_path}: the database of trials cannot be {(_readOnly ? "read" : "read or written")}: {e.Message}", e);
        }
    }, cancellation);

    private static long Number(SqliteConnection connection, string sql, params (string Name, object Value)[] values)
    {
        using var command = Command(connection, sql, values);
        return (long)command.ExecuteScalar()!;
    }

    private static int Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    private sealed record Row(int Id, string Key, string Settings, string State, string? Owner, long Lease, string? Result)
    {
        public static Row Read(SqliteDataReader rows) => new(
            rows.GetInt32(0), Text(rows, 1), Text(rows, 2), Text(rows, 3), rows.IsDBNull(4) ? null : rows.GetString(4), rows.GetInt64(5),
            rows.IsDBNull(6) ? null : rows.GetString(6));

        public static string Text(SqliteDataReader rows, int column) =>
            rows.IsDBNull(column) ? throw new InvalidCastException($"Column {column} is NULL.") : rows.GetString(column);
    }
}
