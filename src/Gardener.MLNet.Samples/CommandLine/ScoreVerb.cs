using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>score CHECKPOINT</c>: statistics of each block, and the order of removal that follows.</summary>
internal sealed class ScoreVerb
{
    private const string All = "all";

    private readonly CheckpointOptions _checkpoint = new();

    private readonly Option<string> _criterion = new("--criterion")
    {
        Description = "What orders the blocks: entropy, kurtosis, l1, random:SEED, ...; 'all' shows every statistic, ordered by entropy.",
        DefaultValueFactory = _ => PruningCriterion.Entropy.Name,
    };

    public static Command Make()
    {
        var score = new ScoreVerb();
        var verb = VerbRun.Verb("score",
            "Shows what a criterion sees of each block. Example: score checkpoint.safetensors --criterion all", run => Task.Run(() => score.Run(run)));
        score._checkpoint.AddTo(verb);
        verb.Add(score._criterion);
        score._criterion.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && name != All)
                CriterionOption.Parse(result, name);
        });
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var path = _checkpoint.Checkpoint(run.Arguments);
        var weights = _checkpoint.Weights(run.Arguments);
        var pattern = _checkpoint.BlockPattern(run.Arguments);
        var name = run.Arguments.GetRequiredValue(_criterion);
        var criterion = name == All ? PruningCriterion.Entropy : PruningCriterion.Parse(name);
        var scores = pattern is null
            ? Gardener.Score(path, criterion, weights, name == All, run.Cancellation)
            : Gardener.Score(path, pattern, criterion, weights, name == All, run.Cancellation);

        Show(run.Console, scores, name == All);
        return new VerbResult(new Document(
            pattern is null ? Describe(path) : Describe(path, pattern, scores.Blocks.Count),
            scores.Criterion.Name,
            [.. scores.Blocks.Select(block => ToJson(scores, block))],
            scores.RemovalOrder));
    }

    private static Checkpoint Describe(string path)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        return new Checkpoint(
            Lower(checkpoint.Format), checkpoint.BlockCount, checkpoint.Configuration.Width, Lower(checkpoint.WeightType));
    }

    private static Checkpoint Describe(string path, string pattern, int blocks)
    {
        using var file = SafetensorsFile.Open(path);
        var first = file.Tensors.Values.First(tensor =>
            tensor.Shape.Count > 0 && tensor.Name.Contains(pattern.Replace("{i}", "0"), StringComparison.Ordinal));
        return new Checkpoint(Lower(CheckpointFormat.Safetensors), blocks, first.Shape[^1], Lower(first.Type));
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static JsonObject ToJson(BlockScores scores, BlockStatistics block)
    {
        var json = new JsonObject
        {
            ["index"] = block.Block,
            ["weights"] = block.Weights,
            ["value"] = scores.Values[block.Block],
            ["normalizedValue"] = scores.NormalizedValues[block.Block],
        };
        foreach (var (name, value) in block.ToNamedValues())
            json[name] = value;
        return json;
    }

    private static void Show(IAnsiConsole console, BlockScores scores, bool all)
    {
        console.WriteLine($"{scores.Criterion}: the {(scores.Criterion.HighestFirst ? "highest" : "lowest")} goes first");
        if (all)
            ShowStatistics(console, scores);
        var entropy = scores.Criterion.Name == PruningCriterion.Entropy.Name;
        var table = new Table().AddColumns(
            ["Block", "Weights", "Value", .. entropy ? ["Error", "Efficiency"] : Array.Empty<string>(), "Normalised", "Removal"]);
        foreach (var block in scores.Blocks)
        {
            string[] ofEntropy = entropy && block.HalfGridEntropy is { } estimate ? [Number(estimate.StandardError), Number(estimate.Efficiency)] : [];
            table.AddRow(
            [
                $"{block.Block}", $"{block.Weights:N0}", Number(scores.Values[block.Block]), .. ofEntropy,
                Number(scores.NormalizedValues[block.Block]), $"{Rank(scores, block)}",
            ]);
        }
        console.Write(table);
    }

    /// <summary>One statistic a line, one block a column, as many tables as the width of the terminal asks for.</summary>
    private static void ShowStatistics(IAnsiConsole console, BlockScores scores)
    {
        const int NameWidth = 30, NumberWidth = 14;
        var blocksATable = Math.Max(1, (console.Profile.Width - NameWidth) / NumberWidth);
        foreach (var blocks in scores.Blocks.Chunk(blocksATable))
        {
            var table = new Table().AddColumns(["Block", .. blocks.Select(block => $"{block.Block}")]);
            var values = Array.ConvertAll(blocks, block => block.ToNamedValues());
            foreach (var name in values[0].Keys)
                table.AddRow([name, .. values.Select(block => Number(block[name]))]);
            console.Write(table);
        }
    }

    private static int Rank(BlockScores scores, BlockStatistics block) =>
        scores.RemovalOrder.ToList().IndexOf(block.Block) + 1;

    private static string Number(double value) => value.ToString("g6", CultureInfo.InvariantCulture);

    /// <summary>What --json prints.</summary>
    private sealed record Document(Checkpoint Checkpoint, string Criterion, JsonObject[] Blocks, IReadOnlyList<int> RemovalOrder);

    /// <summary>What was scored.</summary>
    private sealed record Checkpoint(string Format, int Blocks, long Width, string Dtype);
}
