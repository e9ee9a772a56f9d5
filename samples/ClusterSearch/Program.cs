using System.Net;
using GardenerML.Orleans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

// Workers:    ClusterSearch --role worker --silo 0 --data UCF-101 --checkpoint MCG-NJU/videomae-base --folder output/search
// The search: ClusterSearch --role search --silos 3 --data UCF-101 --checkpoint MCG-NJU/videomae-base --folder output/search
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddFilter("Orleans", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
ClusterSettings settings;
try
{
    settings = builder.Configuration.Get<ClusterSettings>() ?? new ClusterSettings();
}
catch (InvalidOperationException e) // what should be a number is none
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
var role = builder.Configuration["role"];
if (role is not ("worker" or "search") || settings.Fault is not null)
{
    Console.Error.WriteLine(role is "worker" or "search" ? settings.Fault : "Say --role worker or --role search.");
    return 2;
}
var shared = new SharedExperiment(settings);
// Where configuration says nothing of a cluster, it is one of this machine. Its first silo knows who belongs to it, and must live.
var local = !builder.Configuration.GetSection("Orleans:Clustering").Exists();

if (role == "worker")
{
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
    await builder.Build().RunAsync();
    return 0;
}

builder.UseOrleansClient(client =>
{
    if (local)
        client.UseLocalhostClustering([.. Enumerable.Range(0, settings.Silos).Select(GatewayPort)]);
    // Workers may be started later.
    client.UseConnectionRetryFilter(async (_, cancellation) =>
    {
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
    using var result = await shared.CreateExperiment().RunOn(cluster, SharedExperiment.Name, settings.Silos).RunAsync(stopping);
    foreach (var trial in result.Trials)
        Console.WriteLine($"Trial {trial.Settings.TrialId}, {trial.Settings}: {trial.State}, accuracy {trial.Result?.Accuracy:0.000}");
    Console.WriteLine($"Best model: {result.BestModelFile}");
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    Console.Error.WriteLine($"Stopped. The same search goes on from {settings.Folder}.");
    return 130;
}
finally
{
    await host.StopAsync();
}

int SiloPort(int silo) => settings.Port + (2 * silo);

int GatewayPort(int silo) => SiloPort(silo) + 1;
