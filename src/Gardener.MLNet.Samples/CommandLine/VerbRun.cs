using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary>One run of a verb: where its output goes, and how it ends.</summary>
internal sealed class VerbRun
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly Option<bool> JsonOption = new("--json")
    {
        Description = "Write one JSON document to standard output, and all else to standard error.",
    };

    private static readonly Option<bool> VerboseOption = new("--verbose")
    {
        Description = "Show the log, and the stack of an error.",
    };

    private static readonly Option<bool> QuietOption = new("--quiet")
    {
        Description = "Show the result alone: no progress, and no tables beside it.",
    };

    private VerbRun(ParseResult arguments, CancellationToken cancellation)
    {
        Arguments = arguments;
        Cancellation = cancellation;
        Json = arguments.GetValue(JsonOption);
        Verbose = arguments.GetValue(VerboseOption);
        Console = NewConsole(Json ? System.Console.Error : System.Console.Out);
        Progress = arguments.GetValue(QuietOption) ? NewConsole(TextWriter.Null) : Console;
    }

    public ParseResult Arguments { get; }

    public CancellationToken Cancellation { get; }

    private Command Command => Arguments.CommandResult.Command;

    public bool Json { get; }

    public bool Verbose { get; }

    /// <summary>Where the result goes.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Where progress goes, and what is told beside the result: nowhere with --quiet.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>Makes a verb with the options that all have.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, and an example.</param>
    /// <param name="run">Does the work; what it returns is the JSON document.</param>
    public static Command Verb(string name, string description, Func<VerbRun, Task<VerbResult>> run)
    {
        var command = new Command(name, description) { JsonOption, VerboseOption, QuietOption };
        command.SetAction((arguments, cancellation) => new VerbRun(arguments, cancellation).RunAsync(run));
        return command;
    }

    /// <summary>An ML.NET context whose warnings are shown, and whose whole log with --verbose.</summary>
    public MLContext NewContext(int? seed)
    {
        var context = new MLContext(seed);
        context.Log += (_, message) =>
        {
            if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error
                || Verbose && message.Kind == ChannelMessageKind.Info)
                System.Console.Error.WriteLine(ErrorText.Translate(message.RawMessage, Command));
        };
        return context;
    }

    /// <summary>Tells, as part of the progress, what a trainer begins with and how each epoch went.</summary>
    public void TellOfTraining(MLContext context)
    {
        if (Verbose)
            return;
        context.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Info && message.Source.Split("; ")[^1] is "Training" or "Pretraining")
                Progress.WriteLine(message.RawMessage);
        };
    }

    /// <summary>The message of an error in the words of the verb.</summary>
    public string Message(Exception error) => ErrorText.Of(error, Command, DataOptions.FailsOnVideos(Arguments));

    /// <summary>A CUDA device that is not there is told before anything is read.</summary>
    private void RequireDevice()
    {
        foreach (var option in Command.Options.OfType<Option<ComputeDevice>>())
        {
            if (Arguments.GetValue(option) is { IsCuda: true } device)
                device.Resolve();
        }
    }

    private static IAnsiConsole NewConsole(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // Where no person sees it, a line stays one line: programs look for paths in it.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 1000;
        return console;
    }

    private async Task<int> RunAsync(Func<VerbRun, Task<VerbResult>> run)
    {
        try
        {
            RequireDevice();
            var result = await run(this);
            if (Json)
                System.Console.Out.WriteLine(JsonSerializer.Serialize(result.Document, JsonOptions));
            return result.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await System.Console.Error.WriteLineAsync("Cancelled.");
            return Cli.Cancelled;
        }
        catch (Exception e)
        {
            await System.Console.Error.WriteLineAsync(Verbose ? e.ToString() : Message(e));
            return Cli.Failed;
        }
    }
}
