using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Search;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options that say what a model must keep.</summary>
internal sealed class ConstraintOptions
{
    private readonly Option<double?> _accuracy = CommonOptions.Checked(
        new Option<double?>("--min-accuracy") { Description = "The least validation accuracy, from 0 to 1; the smallest model that has it is the best." },
        accuracy => accuracy is null or (>= 0 and <= 1), "must be in [0, 1]");

    private readonly Option<double?> _latency = AboveZero("--max-latency", "The longest time to score a clip in milliseconds, on --device.");

    private readonly Option<long?> _parameters = CommonOptions.Checked(
        new Option<long?>("--max-parameters") { Description = "The most parameters." }, parameters => parameters is null or >= 1, "must be at least 1");

    private readonly Option<double?> _gflops = AboveZero("--max-gflops", "The most GFLOPs a clip.");

    private readonly Option<double?> _size = AboveZero("--max-size", "The largest model zip in megabytes (10^6 bytes).");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_accuracy, _latency, _parameters, _gflops, _size])
            command.Add(option);
    }

    /// <summary>Whether an accuracy is wanted.</summary>
    public bool NamesAccuracy(CommandResult result) => result.GetResult(_accuracy) is not null;

    public GardenerConstraints Constraints(ParseResult arguments) => new()
    {
        MinimumAccuracy = arguments.GetValue(_accuracy),
        MaximumLatencyInMilliseconds = arguments.GetValue(_latency),
        MaximumParameters = arguments.GetValue(_parameters),
        MaximumGigaFlops = arguments.GetValue(_gflops),
        MaximumModelBytes = arguments.GetValue(_size) is { } megabytes ? (long)Math.Max(1, 1e6 * megabytes) : null,
    };

    private static Option<double?> AboveZero(string name, string description) => CommonOptions.Checked(
        new Option<double?>(name) { Description = description }, value => value is null or (> 0 and < 1e12), "must be above 0");
}
