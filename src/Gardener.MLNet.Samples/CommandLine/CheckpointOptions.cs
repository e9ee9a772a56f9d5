using System.CommandLine;
using GardenerML.Pruning;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that name a checkpoint and what of its blocks is looked at.</summary>
internal sealed class CheckpointOptions
{
    private readonly Argument<string> _checkpoint = new("checkpoint")
    {
        Description = "A folder, .safetensors, .pth or .bin file, Hugging Face id, model zip, or videomae-tiny.",
    };

    private readonly Option<string?> _blockPattern = new("--block-pattern")
    {
        Description = "For a safetensors file of another transformer: how its blocks are named, such as 'encoder.layer.{i}.'.",
    };

    private readonly Option<string[]> _weights = new("--weights")
    {
        Description = "The weights of a block that are looked at: matrices, attention, mlp, biases, norms or all; several are joined.",
        DefaultValueFactory = _ => ["matrices"],
        AllowMultipleArgumentsPerToken = true,
    };

    public CheckpointOptions()
    {
        _weights.AcceptOnly([.. Enum.GetNames<WeightSet>().Select(name => name.ToLowerInvariant())]);
        _weights.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "biases" }])
                result.AddError("--weights biases: name the matrices too whose biases are meant.");
        });
    }

    /// <summary>The argument that names the checkpoint.</summary>
    public Argument Argument => _checkpoint;

    public void AddTo(Command command)
    {
        command.Add(_checkpoint);
        command.Add(_blockPattern);
        command.Add(_weights);
    }

    public string Checkpoint(ParseResult arguments) => arguments.GetRequiredValue(_checkpoint);

    public string? BlockPattern(ParseResult arguments) => arguments.GetValue(_blockPattern);

    public WeightSet Weights(ParseResult arguments) => arguments.GetRequiredValue(_weights)
        .Aggregate((WeightSet)0, (all, name) => all | Enum.Parse<WeightSet>(name, ignoreCase: true));
}
