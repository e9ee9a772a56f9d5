namespace GardenerML.Search;

/// <summary>Where the files of trials lie in an experiment's folder.</summary>
internal static class TrialFiles
{
    public static string Model(string folder, GardenerTrialSettings settings) =>
        Path.Combine(folder, "models", $"{settings.Key}.zip");

    public static string State(string folder, GardenerTrialSettings settings) =>
        Path.Combine(States(folder), settings.TrainingName);

    /// <summary>The state of a trial whose training has gone on beyond its end already.</summary>
    public static string OwnState(string folder, GardenerTrialSettings settings) => Path.Combine(States(folder), settings.Key);

    /// <summary>The state of trainings that may go on.</summary>
    public static string States(string folder) => Path.Combine(folder, "training");

    public static string Database(string folder) => Path.Combine(folder, "trials.db");
}
