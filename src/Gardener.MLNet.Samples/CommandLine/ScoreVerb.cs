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

    /// <summary>The criteria that 'all' compares, and the statistic that each goes by.</summary>
    private static readonly (string Name, string Statistic)[] Criteria =
    [
        ("entropy", "halfGridEntropy"), ("exact-entropy", "exactEntropy"), ("uniform-shared-entropy", "uniformShared256Entropy"),
        ("uniform-own-entropy", "uniformOwn256Entropy"), ("value-entropy", "valueEntropy"), ("mean", "meanAbs"), ("variance", "varAbs"),
        ("std", "stdAbs"), ("l1", "l1"), ("l2", "l2"), ("kurtosis", "excessKurtosis"), ("mutual-information", "meanMutualInformation"),
    ];

    private readonly CheckpointOptions _checkpoint = new();

    private readonly Option<string> _criterion = new("--criterion")
    {
        Description = "What orders the blocks: entropy, kurtosis, l1, random:SEED, ...; 'all' compares the orders of all criteria, and with --json gives every statistic.",
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
        if (all)
            ShowOrders(console, scores);
        console.WriteLine($"{scores.Criterion}: the {(scores.Criterion.HighestFirst ? "highest" : "lowest")} goes first");
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

    /// <summary>One criterion a line, one block a column: the block's place in the order of removal.</summary>
    private static void ShowOrders(IAnsiConsole console, BlockScores scores)
    {
        console.WriteLine("The place of each block in the order of removal by each criterion; 1 goes first:");
        var table = new Table { Border = TableBorder.Simple }.AddColumn("Criterion / block");
        foreach (var block in scores.Blocks)
            table.AddColumn(new TableColumn($"{block.Block}") { Alignment = Justify.Right, Padding = new Padding(0, 0) });
        var values = scores.Blocks.Select(block => block.ToNamedValues()).ToArray();
        foreach (var (name, statistic) in Criteria)
        {
            var order = PruningCriterion.Parse(name).RemovalOrder([.. values.Select(block => block[statistic])]);
            table.AddRow([name, .. scores.Blocks.Select(block => $"{Array.IndexOf(order, block.Block) + 1}")]);
        }
        console.Write(table);
    }

    private static int Rank(BlockScores scores, BlockStatistics block) =>
        scores.RemovalOrder.ToList().IndexOf(block.Block) + 1;

    private static string Number(double value) => value.ToString("g6", CultureInfo.InvariantCulture);

    /// <summary>What --json prints.</summary>
    private sealed record Document(Checkpoint Checkpoint, string Criterion, JsonObject[] Blocks, IReadOnlyList<int> RemovalOrder);

    /// <summary>What was scored.</summary>
    private sealed record Checkpoint(string Format, int Blocks, long Width, string Dtype);
}
