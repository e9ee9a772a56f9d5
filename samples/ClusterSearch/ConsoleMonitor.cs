using System.Globalization;
using GardenerML.Search;

/// <summary>Writes a line when a trial starts and when it ends.</summary>
internal sealed class ConsoleMonitor : IGardenerMonitor
{
    public void ReportRunningTrial(GardenerTrialSettings settings) => Console.WriteLine($"Trial {settings.TrialId} starts: {settings}");

    public void ReportCompletedTrial(GardenerTrialResult result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"Trial {result.TrialSettings.TrialId} ends: accuracy {result.Accuracy:0.000}, {result.Cost!.LatencyInMilliseconds:0.00} ms a clip"));

    public void ReportFailTrial(GardenerTrialSettings settings, Exception exception) =>
        Console.WriteLine($"Trial {settings.TrialId} fails: {exception.Message}");

    public void ReportBestTrial(GardenerTrialResult result) => Console.WriteLine($"Trial {result.TrialSettings.TrialId} is the best so far.");
}
