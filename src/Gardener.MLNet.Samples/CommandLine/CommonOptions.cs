using System.CommandLine;
using System.CommandLine.Parsing;

namespace GardenerML.Samples.CommandLine;

/// <summary>Options that several verbs have, spelled and checked alike.</summary>
internal static class CommonOptions
{
    public static Option<int> Seed() =>
        new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };

    public static Option<ComputeDevice> Device() => new("--device")
    {
        Description = "Where to compute: auto, cpu or cuda[:N].",
        DefaultValueFactory = _ => ComputeDevice.Auto,
        CustomParser = ParseDevice,
    };

    public static Option<int?> Epochs() =>
        AtLeastOne(new Option<int?>("--epochs") { Description = "Passes over the training clips." });

    public static Option<int?> BatchSize() =>
        AtLeastOne(new Option<int?>("--batch-size") { Description = "Clips in a step." });

    public static Option<double> Ratio()
    {
        var option = new Option<double>("--ratio")
        {
            Description = "The share of blocks to remove, in [0, 1).",
            DefaultValueFactory = _ => 0.25,
        };
        option.Validators.Add(result =>
        {
            if (TryGetValue<double>(result, out var ratio) && ratio is not (>= 0 and < 1))
                result.AddError("--ratio must be in [0, 1).");
        });
        return option;
    }

    /// <summary>
    /// The value of an option; false where it is not given, or is no such value, which is an error already.
    /// </summary>
    public static bool TryGetValue<T>(OptionResult result, out T? value)
    {
        value = default;
        if (result.Implicit)
            return false;
        try
        {
            value = result.GetValueOrDefault<T>();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static Option<int?> AtLeastOne(Option<int?> option)
    {
        option.Validators.Add(result =>
        {
            if (TryGetValue<int?>(result, out var value) && value < 1)
                result.AddError($"{option.Name} must be at least 1.");
        });
        return option;
    }

    private static ComputeDevice ParseDevice(ArgumentResult result)
    {
        try
        {
            return ComputeDevice.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default;
        }
    }
}
