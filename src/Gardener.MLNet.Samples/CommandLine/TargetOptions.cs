using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GardenerML.Checkpoints;
using GardenerML.Pruning;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that say how much is removed.</summary>
internal sealed class TargetOptions
{
    private readonly Option<double?> _ratio = new("--ratio") { Description = "Remove this share of the blocks, in [0, 1)." };
    private readonly Option<int?> _remove = new("--remove") { Description = "Remove this number of blocks." };
    private readonly Option<int[]?> _blocks = List("--blocks", "Remove these blocks, numbered from 0: 1,4,5.");
    private readonly Option<long?> _parameters = new("--parameters")
    {
        Description = "Remove as few blocks as it takes for at most this number of parameters.",
    };
    private readonly Option<double?> _gflops = new("--gflops")
    {
        Description = "Remove as few blocks as it takes for at most this number of GFLOPs a clip.",
    };
    private readonly Option<double?> _latency = new("--latency")
    {
        Description = "Remove as few blocks as it takes for at most this time in milliseconds a clip, measured on --device.",
    };
    private readonly Option<double?> _size = new("--size")
    {
        Description = "Remove as few blocks as it takes for a file of at most this number of megabytes (10^6 bytes).",
    };
    private readonly Option<int[]?> _protect = List("--protect", "Blocks that stay, numbered from 0: 0,1.");
    private readonly Option<int> _minimumKept = new("--minimum-kept")
    {
        Description = "How many blocks stay at least.",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<ComputeDevice> _device;
    private readonly bool _required;

    /// <summary>Makes the options.</summary>
    /// <param name="device">Where latency is measured.</param>
    /// <param name="required">Whether a target must be named; else it is a quarter of the blocks.</param>
    public TargetOptions(Option<ComputeDevice> device, bool required)
    {
        _device = device;
        _required = required;
    }

    private Option[] Targets => [_ratio, _remove, _blocks, _parameters, _gflops, _latency, _size];

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[.. Targets, _protect, _minimumKept])
            command.Add(option);
        command.Validators.Add(result =>
        {
            var named = Targets.Count(option => result.GetResult(option) is not null);
            if (named > 1 || (named == 0 && _required))
                result.AddError($"Name {(_required ? "" : "at most ")}one of {string.Join(", ", Targets.Select(option => option.Name))}.");
        });
        // The library knows which values are legal.
        Check(_ratio, value => PruningTarget.Ratio(value!.Value));
        Check(_remove, value => PruningTarget.Count(value!.Value));
        Check(_blocks, value => PruningTarget.Blocks(value!));
        CommonOptions.Checked(_parameters, value => value is null or >= 1, "must be at least 1");
        CommonOptions.Checked(_gflops, value => value is null || (value > 0 && double.IsFinite(value.Value)), "must be above 0");
        CommonOptions.Checked(_latency, value => value is null or > 0 and < 1e9, "must be above 0 and below 1e9");
        CommonOptions.Checked(_size, value => value is null || Bytes(value.Value) >= 1, "must be above 0 and below 1e12");
        CommonOptions.Checked(_minimumKept, value => value >= 1, "must be at least 1");
    }

    /// <summary>Whether it is said how much is removed.</summary>
    public bool IsNamed(CommandResult result) => Targets.Any(option => result.GetResult(option) is not null);

    /// <summary>Whether it is said how long a clip may take, which is measured.</summary>
    public bool NamesLatency(CommandResult result) => result.GetResult(_latency) is not null;

    /// <summary>What to say where something is told of the pruning, but not how much is removed; null where all is well.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="criterion">The option that tells what decides.</param>
    public string? Fault(CommandResult result, Option criterion)
    {
        var limited = result.GetResult(_protect) is not null || result.GetResult(_minimumKept) is { Implicit: false };
        return !IsNamed(result) && (limited || result.GetResult(criterion) is { Implicit: false })
            ? "Say how much is pruned: --ratio R, or another of these options."
            : null;
    }

    /// <summary>What was asked for.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="weightType">How the file stores its weights, for --size; asked only if it matters.</param>
    public PruningTarget Target(ParseResult arguments, Func<TensorType> weightType)
    {
        if (Named(_remove))
            return PruningTarget.Count(arguments.GetValue(_remove)!.Value);
        if (Named(_blocks))
            return PruningTarget.Blocks(arguments.GetValue(_blocks)!);
        if (Named(_parameters))
            return PruningTarget.Parameters(arguments.GetValue(_parameters)!.Value);
        if (Named(_gflops))
            return PruningTarget.GigaFlops(arguments.GetValue(_gflops)!.Value);
        if (Named(_latency))
            return PruningTarget.Latency(TimeSpan.FromMilliseconds(arguments.GetValue(_latency)!.Value), arguments.GetValue(_device));
        if (Named(_size))
            return PruningTarget.ModelBytes(Bytes(arguments.GetValue(_size)!.Value), weightType());
        return PruningTarget.Ratio(arguments.GetValue(_ratio) ?? 0.25);

        bool Named(Option option) => arguments.GetResult(option) is not null;
    }

    public IReadOnlyList<int> Protected(ParseResult arguments) => arguments.GetValue(_protect) ?? [];

    public int MinimumKept(ParseResult arguments) => arguments.GetValue(_minimumKept);

    private static long Bytes(double megabytes) => megabytes is > 0 and < 1e12 ? (long)(1e6 * megabytes) : 0;

    private static void Check<T>(Option<T> option, Action<T> check) => option.Validators.Add(result =>
    {
        if (!CommonOptions.TryGetValue<T>(result, out var value) || value is null)
            return;
        try
        {
            check(value);
        }
        catch (ArgumentException e)
        {
            var message = ErrorText.Message(e);
            if (result.Parent is CommandResult verb)
                message = ErrorText.Translate(message, verb.Command);
            result.AddError(message.StartsWith(option.Name, StringComparison.Ordinal) ? message : $"{option.Name}: {message}");
        }
    });

    /// <summary>An option whose value is a list of numbers, from 0.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="what">What each of the numbers is.</param>
    public static Option<int[]?> List(string name, string description, string what = "the number of a block") => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => ParseNumbers(result, $"{name}: '{{0}}' is not {what}; expected is a list such as 1,4,5."),
    };

    private static int[]? ParseNumbers(ArgumentResult result, string fault)
    {
        var numbers = new List<int>();
        foreach (var part in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
            else
                result.AddError(string.Format(CultureInfo.InvariantCulture, fault, part));
        }
        return [.. numbers];
    }
}
