using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using GardenerML.Checkpoints;

namespace GardenerML.Pruning;

/// <summary>
/// Reads and writes plans. The names in the JSON are those of the properties' attributes, whoever serialises.
/// </summary>
internal static class PruningPlanJson
{
    /// <summary>Some 100 bytes a block are written; longer files are no plans.</summary>
    private const int MostBytes = 1 << 24;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(PruningPlan plan) => JsonSerializer.Serialize(plan, Options);

    public static PruningPlan Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSerializer.Deserialize<PruningPlan>(json, Options) ?? throw new JsonException("The plan is null.");
    }

    public static void Save(PruningPlan plan, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(Write(plan) + "\n")));
    }

    public static PruningPlan Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (new FileInfo(path) is { Length: > MostBytes } file)
            throw new JsonException($"{path}: no pruning plan is {file.Length:N0} bytes long.");
        try
        {
            return Read(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new JsonException($"{path}: this is not a pruning plan: {e.Message}", e);
        }
    }

    /// <summary>Checks what was read.</summary>
    /// <exception cref="JsonException">It contradicts itself.</exception>
    public static void Check(PruningPlan plan)
    {
        if (plan.SchemaVersion != PruningPlan.CurrentSchemaVersion)
            throw new JsonException(
                $"The plan is of version {plan.SchemaVersion}; version {PruningPlan.CurrentSchemaVersion} can be read.");
        (string Name, object? Value)[] entries =
        [
            ("checkpoint", plan.Checkpoint), ("checkpointHash", plan.CheckpointHash), ("criterion", plan.Criterion),
            ("target", plan.Target), ("before", plan.Before), ("blocks", plan.Blocks), ("removed", plan.Removed), ("kept", plan.Kept),
        ];
        if (Array.Find(entries, entry => entry.Value is null).Name is { } missing)
            throw new JsonException($"The plan lacks the entry '{missing}'.");
        if (plan.Blocks.Contains(null!))
            throw new JsonException("The plan lacks what it should tell of a block.");
        var all = Enumerable.Range(0, plan.Blocks.Count).ToArray();
        if (!plan.Blocks.Select(block => block.Index).SequenceEqual(all))
            throw new JsonException("The plan's blocks are not numbered 0, 1, 2 and so on.");
        if (!plan.Blocks.Select(block => block.RemovalRank).Order().SequenceEqual(all))
            throw new JsonException("The plan's order of removal does not hold each block once.");
        if (plan.Kept.Count == 0 || !plan.Removed.Concat(plan.Kept).Order().SequenceEqual(all)
            || !plan.Removed.SequenceEqual(plan.Removed.Order()) || !plan.Kept.SequenceEqual(plan.Kept.Order()))
            throw new JsonException("The plan's removed and kept blocks are not a split of its blocks, in ascending order.");
    }
}
