namespace GardenerML.Samples.CommandLine;

/// <summary>How a verb ended.</summary>
/// <param name="Document">What --json prints.</param>
/// <param name="ExitCode">The process's exit code.</param>
internal sealed record VerbResult(object Document, int ExitCode = Cli.Done);
