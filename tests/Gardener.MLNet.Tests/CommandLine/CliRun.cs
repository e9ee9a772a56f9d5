using System.Text.Json;
using GardenerML.Samples.CommandLine;

namespace GardenerML.Tests.CommandLine;

/// <summary>
/// What a command line printed and returned. It runs in this process, whose console it takes: not beside other tests.
/// </summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The one JSON document on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CliRun> Of(CancellationToken cancellation, params string[] args)
    {
        var (output, error) = (Console.Out, Console.Error);
        using StringWriter newOutput = new(), newError = new();
        try
        {
            Console.SetOut(newOutput);
            Console.SetError(newError);
            return new CliRun(await Cli.RunAsync(args, cancellation), newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    public static Task<CliRun> Of(params string[] args) => Of(CancellationToken.None, args);
}
