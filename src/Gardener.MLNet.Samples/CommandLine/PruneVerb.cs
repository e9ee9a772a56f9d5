using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Pruning;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>prune CHECKPOINT -o PATH</c>: writes the checkpoint without some of its blocks.</summary>
internal sealed class PruneVerb
{
    private readonly CheckpointOptions _checkpoint = new();
    private readonly Option<PruningCriterion> _criterion = CriterionOption.Make();
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();
    private readonly TargetOptions _target;

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "What to write: a file where it ends in .safetensors, else a Hugging Face folder. The plan is stored in it.",
        Required = true,
    };

    private readonly Option<string?> _type = new("--dtype")
    {
        Description = "How the written weights are stored: float32 or float16; as they are by default.",
    };

    private PruneVerb()
    {
        _target = new TargetOptions(_device, required: true);
        _type.AcceptOnlyFromAmong("float32", "float16");
    }

    public static Command Make()
    {
        var prune = new PruneVerb();
        var verb = VerbRun.Verb("prune",
            "Removes blocks from a checkpoint. Example: prune checkpoint.safetensors --ratio 0.25 -o pruned.safetensors",
            run => Task.Run(() => prune.Run(run)));
        prune._checkpoint.AddTo(verb);
        prune._target.AddTo(verb);
        foreach (var option in (Option[])[prune._criterion, prune._device, prune._type, prune._output])
            verb.Add(option);
        verb.KeepApart([prune._checkpoint.Argument], prune._output);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var path = _checkpoint.Checkpoint(arguments);
        var pattern = _checkpoint.BlockPattern(arguments);
        var output = Prepare(arguments.GetRequiredValue(_output), isFile: pattern is not null);
        TensorType? type = arguments.GetValue(_type) is { } name ? Enum.Parse<TensorType>(name, ignoreCase: true) : null;
        var plan = Gardener.PlanPruning(
            new PruningOptions
            {
                Checkpoint = path,
                BlockPattern = pattern,
                Weights = _checkpoint.Weights(arguments),
                Criterion = arguments.GetRequiredValue(_criterion),
                Target = _target.Target(arguments, () => type ?? (pattern is null ? WeightType(path) : TensorType.Float32)),
                Protected = _target.Protected(arguments),
                MinimumKept = _target.MinimumKept(arguments),
            },
            run.Cancellation);
        plan.SaveCheckpoint(output, weightType: type);
        run.Progress.WriteLine(plan.ToString());
        run.Console.WriteLine($"Written: {output}");
        return new VerbResult(plan);
    }

    /// <summary>Finds out before the work that what is to be written can be: a file, else a folder.</summary>
    private static string Prepare(string output, bool isFile) => isFile || output.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)
        ? OutputFile.Prepare(output)
        : OutputFile.PrepareCheckpointFolder(output);

    private static TensorType WeightType(string path)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        return checkpoint.WeightType;
    }
}
