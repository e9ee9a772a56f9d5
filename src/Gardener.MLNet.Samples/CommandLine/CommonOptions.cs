using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Checkpoints;

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

    public static Option<string> Checkpoint(string description) =>
        new("--checkpoint") { Description = description, DefaultValueFactory = _ => ShippedCheckpoints.VideoMaeTiny };

    public static Option<int> SamplingRate() => Checked(
        new Option<int>("--sampling-rate")
        {
            Description = "Every how many frames one is taken.",
            DefaultValueFactory = _ => 4,
        },
        rate => rate >= 1, "must be at least 1");

    public static Option<DirectoryInfo?> ResumeFolder() => new("--resume-folder")
    {
        Description = "Keeps the state of training here; the same command again goes on from it.",
    };

    public static Option<double> Ratio() => Checked(
        new Option<double>("--ratio")
        {
            Description = "The share of blocks to remove, in [0, 1).",
            DefaultValueFactory = _ => 0.25,
        },
        ratio => ratio is >= 0 and < 1, "must be in [0, 1)");

    public static Option<double> MaskRatio() => Checked(
        new Option<double>("--mask-ratio")
        {
            Description = "The share of patches that is hidden, in (0, 1).",
            DefaultValueFactory = _ => 0.75,
        },
        ratio => ratio is > 0 and < 1, "must be in (0, 1)");

    /// <summary>An option whose number, where one is given, must be at least 1.</summary>
    public static Option<int?> AtLeastOne(Option<int?> option) =>
        Checked(option, number => number is null or >= 1, "must be at least 1");

    /// <summary>The list that an option gives; null where the option is absent, for which the parser has an empty list.</summary>
    public static T[]? GetList<T>(this ParseResult arguments, Option<T[]?> option) =>
        arguments.GetResult(option) is null ? null : arguments.GetValue(option);

    /// <summary>Lets no output of a verb take the place of what it reads, or of another output.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="inputs">The arguments and options that name a file or folder to read.</param>
    /// <param name="outputs">The options that name one to write.</param>
    public static void KeepApart(this Command verb, Symbol[] inputs, params Option[] outputs) => verb.Validators.Add(result =>
    {
        var read = inputs.Select(input => Path(result, input)).Where(System.IO.Path.Exists).ToArray();
        var written = outputs.Select(output => (output.Name, Path: Path(result, output))).Where(output => output.Path is not null).ToArray();
        foreach (var (output, i) in written.Select((output, i) => (output, i)))
        {
            if (read.Any(input => Same(input!, output.Path!)))
                result.AddError($"{output.Name} {output.Path} would overwrite what is read; name another path.");
            if (written[..i].FirstOrDefault(other => Same(other.Path!, output.Path!)).Name is { } same)
                result.AddError($"{same} and {output.Name} are the same path, {output.Path}; name two.");
        }
    });

    /// <summary>Lets an option take only some words, which its help lists.</summary>
    public static void AcceptOnly(this Option option, params string[] words)
    {
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !words.Contains(token.Value)))
                result.AddError($"{option.Name} is '{token.Value}'; it must be {string.Join(", ", words[..^1])} or {words[^1]}.");
        });
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

    /// <summary>An option whose value, where one is given, must keep a rule.</summary>
    public static Option<T> Checked<T>(Option<T> option, Func<T?, bool> isValid, string rule)
    {
        option.Validators.Add(result =>
        {
            if (TryGetValue<T>(result, out var value) && !isValid(value))
                result.AddError($"{option.Name} is {result.Tokens[0].Value}; it {rule}.");
        });
        return option;
    }

    /// <summary>The path that an argument or option names on the command line; null where it does not.</summary>
    private static string? Path(CommandResult result, Symbol symbol) =>
        (symbol is Option option ? (SymbolResult?)result.GetResult(option) : result.GetResult((Argument)symbol)) is { Tokens: [{ Value: not "" } token] }
            ? token.Value
            : null;

    private static bool Same(string first, string second) => string.Equals(
        Full(first), Full(second), OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    private static string Full(string path) => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    private static ComputeDevice ParseDevice(ArgumentResult result)
    {
        try
        {
            return ComputeDevice.Parse(result.Tokens[0].Value);
        }
        catch (FormatException e)
        {
            result.AddError($"--device: {e.Message}");
            return default;
        }
    }
}
