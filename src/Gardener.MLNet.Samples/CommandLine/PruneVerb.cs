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

    private PruneVerb() => _target = new TargetOptions(_device, required: true);

    public static Command Make()
    {
        var prune = new PruneVerb();
        var verb = VerbRun.Verb("prune",
            "Removes blocks from a checkpoint. Example: prune checkpoint.safetensors --ratio 0.25 -o pruned.safetensors",
            run => Task.Run(() => prune.Run(run)));
        prune._checkpoint.AddTo(verb);
        prune._target.AddTo(verb);
        foreach (var option in (Option[])[prune._criterion, prune._device, prune._output])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var path = _checkpoint.Checkpoint(arguments);
        var pattern = _checkpoint.BlockPattern(arguments);
        var plan = Gardener.PlanPruning(
            new PruningOptions
            {
                Checkpoint = path,
                BlockPattern = pattern,
                Weights = _checkpoint.Weights(arguments),
                Criterion = arguments.GetRequiredValue(_criterion),
                Target = _target.Target(arguments, () => pattern is null ? WeightType(path) : TensorType.Float32),
                Protected = _target.Protected(arguments),
                MinimumKept = _target.MinimumKept(arguments),
            },
            run.Cancellation);
        var output = arguments.GetRequiredValue(_output);
        plan.SaveCheckpoint(output);
        run.Console.WriteLine(plan.ToString());
        run.Console.WriteLine($"Written: {output}");
        return new VerbResult(plan);
    }

    private static TensorType WeightType(string path)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        return checkpoint.WeightType;
    }
}
