using GardenerML.Samples.CommandLine;

return await Cli.RunAsync(args);
