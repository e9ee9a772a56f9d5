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
var settings = builder.Configuration.Get<ClusterSettings>()!;
var shared = new SharedExperiment(settings);
// Where configuration says nothing of a cluster, it is one of this machine. Its first silo knows who belongs to it, and must live.
var local = !builder.Configuration.GetSection("Orleans:Clustering").Exists();

switch (builder.Configuration["role"])
{
    case "worker":
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

    case "search":
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
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var cluster = host.Services.GetRequiredService<IClusterClient>();
            var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping; // Ctrl+C
            using var result = await shared.CreateExperiment().RunOn(cluster, SharedExperiment.Name, settings.Silos).RunAsync(stopping);
            foreach (var trial in result.Trials)
                Console.WriteLine($"Trial {trial.Settings.TrialId}, {trial.Settings}: {trial.State}, accuracy {trial.Result?.Accuracy:0.000}");
            Console.WriteLine($"Best model: {result.BestModelFile}");
            await host.StopAsync();
        }
        return 0;

    default:
        Console.Error.WriteLine("Say --role worker or --role search.");
        return 2;
}

int SiloPort(int silo) => settings.Port + (2 * silo);

int GatewayPort(int silo) => SiloPort(silo) + 1;
