using System.Net;
using System.Net.Sockets;
using GardenerML.Orleans;
using GardenerML.Search;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

// Workers:    ClusterSearch --role worker --silo 0 --data UCF-101 --folder output/search
// The search: ClusterSearch --role search --silos 3 --data UCF-101 --folder output/search
if (args.Any(arg => arg is "--help" or "-h" or "-?"))
{
    Console.WriteLine(ClusterSettings.Usage);
    return 0;
}
if (ClusterSettings.Unknown(args) is { } unknown)
    return Wrong($"There is no option {unknown}.");
HostApplicationBuilder builder;
ClusterSettings settings;
try
{
    builder = Host.CreateApplicationBuilder(args);
    settings = builder.Configuration.Get<ClusterSettings>() ?? new ClusterSettings();
}
// What should be a number is none, there is no such --contentRoot, or appsettings.json is no JSON.
catch (Exception e) when (e is InvalidOperationException or FormatException or IOException or InvalidDataException)
{
    return Wrong(e.Message);
}
// What fails is told below, in a line, and so is that there is no worker yet.
builder.Logging
    .AddFilter("Orleans", LogLevel.Warning)
    .AddFilter("Orleans.Runtime.Messaging", LogLevel.Error)
    // They advise server garbage collection, and take the start of a process for its threads' delay.
    .AddFilter("Orleans.Runtime.Silo", LogLevel.Error)
    .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
    .AddFilter("Polly", LogLevel.Warning)
    .AddFilter("Microsoft", LogLevel.Warning)
    .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
var role = builder.Configuration["role"];
if (role is not ("worker" or "search"))
    return Wrong("Say --role worker or --role search.");
if (settings.Fault is { } fault)
    return Wrong(fault);
var shared = new SharedExperiment(settings);
// Where configuration says nothing of a cluster, it is one of this machine. Its first silo knows who belongs to it, and must live.
var local = !builder.Configuration.GetSection("Orleans:Clustering").Exists();
try
{
    return role == "worker" ? await WorkAsync() : await SearchAsync();
}
catch (Exception e)
{
    Console.Error.WriteLine(e.GetBaseException().Message.ReplaceLineEndings(" "));
    return 1;
}

async Task<int> WorkAsync()
{
    if (local && TakenPort() is { } taken)
        throw new IOException(
            $"Port {taken} is taken: by another worker with --silo {settings.Silo}, or another program. Give each worker of this machine a --silo of its "
            + "own, or all of them and the search another --port.");
    builder.UseOrleans(silo =>
    {
        if (local)
            silo.UseLocalhostClustering(SiloPort(settings.Silo), GatewayPort(settings.Silo), new IPEndPoint(IPAddress.Loopback, SiloPort(0)))
                .Configure<ClusterMembershipOptions>(options => options.ProbeTimeout = TimeSpan.FromSeconds(2));
        silo.AddGardenerTrials(new GardenerTrialOptions
        {
            Experiment = SharedExperiment.Name,
            CreateRunner = _ => shared.CreateRunner(),
            Folder = settings.Folder,
            Lease = TimeSpan.FromSeconds(settings.Lease),
        });
    });
    Console.WriteLine($"Worker {settings.Silo} waits for trials. Ctrl+C ends it.");
    await builder.Build().RunAsync();
    return 0;
}

async Task<int> SearchAsync()
{
    // What is wrong with the data is told before the cluster is waited for.
    var experiment = shared.CreateExperiment();
    builder.UseOrleansClient(client =>
    {
        if (local)
            client.UseLocalhostClustering([.. Enumerable.Range(0, settings.Silos).Select(GatewayPort)]);
        // Workers may be started later.
        var told = false;
        client.UseConnectionRetryFilter(async (_, cancellation) =>
        {
            if (!told)
                Console.WriteLine("No worker answers yet; waiting.");
            told = true;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            return true;
        });
    });
    using var host = builder.Build();
    var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping; // Ctrl+C
    try
    {
        await host.StartAsync();
        var cluster = host.Services.GetRequiredService<IClusterClient>();
        using var result = await experiment.RunOn(cluster, SharedExperiment.Name, settings.Silos).RunAsync(stopping);
        Keep(result);
        return result.BestTrial is null ? 1 : 0;
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        await KeepStoppedAsync(experiment);
        Console.Error.WriteLine($"Stopped. The same search goes on from {settings.Folder}.");
        return 130;
    }
    finally
    {
        await host.StopAsync();
    }
}

// Before the store is opened, what is in the folder is of another run. Whatever comes of it, the search was stopped.
async Task KeepStoppedAsync(GardenerExperiment experiment)
{
    if (!experiment.HasOpenedStore)
        return;
    try
    {
        using var result = await GardenerExperiment.ReadResultAsync(settings.Folder);
        Keep(result);
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
    }
}

// Shows all trials, and copies the model of the best one where there is one.
void Keep(GardenerExperimentResult result)
{
    foreach (var trial in result.Trials)
        Console.WriteLine($"Trial {trial.Settings.TrialId}, {trial.Settings}: {trial.State}" + (trial.Result?.Accuracy is { } accuracy ? $", accuracy {accuracy:0.000}" : ""));
    if (result.BestTrial is null)
        return;
    var best = Path.Combine(settings.Folder, "best.zip");
    result.SaveBestModel(best);
    Console.WriteLine($"Best model: {best}");
}

// A silo shares its ports with another of the same number, and none of the two would be told.
int? TakenPort()
{
    foreach (var port in (int[])[SiloPort(settings.Silo), GatewayPort(settings.Silo)])
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException)
        {
            return port;
        }
    }
    return null;
}

int Wrong(string fault)
{
    Console.Error.WriteLine($"{fault.ReplaceLineEndings(" ")} See --help.");
    return 2;
}

int SiloPort(int silo) => settings.Port + (2 * silo);

int GatewayPort(int silo) => SiloPort(silo) + 1;
