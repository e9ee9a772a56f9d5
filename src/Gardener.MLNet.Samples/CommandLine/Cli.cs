using System.CommandLine;

namespace GardenerML.Samples.CommandLine;

/// <summary>The command line: one verb for each thing that the library does.</summary>
public static class Cli
{
    /// <summary>Exit code of a verb that did its work.</summary>
    public const int Done = 0;

    /// <summary>Exit code of a verb whose work failed.</summary>
    public const int Failed = 1;

    /// <summary>Exit code when the arguments are not understood.</summary>
    public const int WrongUsage = 2;

    /// <summary>Exit code after Ctrl+C.</summary>
    public const int Cancelled = 130;

    /// <summary>The command that has all verbs.</summary>
    internal static RootCommand Root() => new("Prunes and fine-tunes VideoMAE video classifiers as ML.NET models.")
    {
        QuickstartVerb.Make(),
        MotionVerb.Make(),
        ScoreVerb.Make(),
        PruneVerb.Make(),
        SensitivityVerb.Make(),
        ReproduceVerb.Make(),
        PretrainVerb.Make(),
        ReconstructVerb.Make(),
        CurriculumVerb.Make(),
        TrainVerb.Make(),
        EvaluateVerb.Make(),
        PredictVerb.Make(),
        SearchVerb.Make(),
        OnnxVerb.Make(),
        ReportVerb.Make(),
    };

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments, the verb first.</param>
    /// <param name="cancellation">Stops the verb, as Ctrl+C does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellation = default)
    {
        var root = Root();
        NumberParsing.Apply(root);
        if (args is [var verb, ..] && !verb.StartsWith('-') && root.Subcommands.All(command => command.Name != verb))
        {
            await Console.Error.WriteLineAsync(
                $"There is no verb '{verb}'; there are {string.Join(", ", root.Subcommands.Select(command => command.Name))}. See --help.");
            return WrongUsage;
        }
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"See {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help.");
            return WrongUsage;
        }
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // A verb ends by itself within a step; a second Ctrl+C ends the process at once.
            ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }
}
