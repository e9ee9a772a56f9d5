using GardenerML.Orleans;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Hosting;

/// <summary>Adds trials to a silo.</summary>
public static class GardenerSiloBuilderExtensions
{
    /// <summary>Makes a silo run the trials of an experiment, one at a time, on threads of their own.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">The experiment's name, and what runs its trials.</param>
    /// <exception cref="ArgumentException">An option is missing or out of its range.</exception>
    /// <exception cref="InvalidOperationException">The silo runs trials already.</exception>
    public static ISiloBuilder AddGardenerTrials(this ISiloBuilder silo, GardenerTrialOptions options)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (silo.Services.Any(service => service.ServiceType == typeof(GardenerTrialOptions)))
            throw new InvalidOperationException("A silo runs the trials of one experiment; start another one for the other.");
        silo.Services.AddSingleton(options);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, TrialWorker>();
        return silo;
    }
}
