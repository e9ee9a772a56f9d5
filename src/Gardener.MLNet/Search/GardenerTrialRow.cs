namespace GardenerML.Search;

/// <summary>A trial as a row of a data view; what is not known is NaN or empty.</summary>
internal sealed class GardenerTrialRow(GardenerTrial trial, bool isBest)
{
    private readonly GardenerTrialSettings _settings = trial.Settings;
    private readonly GardenerTrialResult? _result = trial.Result;

    public int TrialId => _settings.TrialId;

    public string State => trial.State.ToString();

    public bool IsBest => isBest;

    public string Criterion => _settings.Criterion;

    public string Removed => string.Join(' ', _settings.Removed);

    public int RemovedCount => _settings.Removed.Count;

    public double Ratio => _settings.Ratio;

    public int Epochs => _settings.Epochs;

    public double WarmupEpochs => _settings.WarmupEpochs;

    public int TrainedEpochs => _settings.TrainedEpochs;

    public double LearningRate => _settings.LearningRate;

    public double LayerDecay => _settings.LayerDecay;

    public double Accuracy => _result?.Accuracy ?? double.NaN;

    public double MeanClassRecall => _result?.MeanClassRecall ?? double.NaN;

    public double LogLoss => _result?.LogLoss ?? double.NaN;

    public double Parameters => _result?.Cost?.Parameters ?? double.NaN;

    public double GigaFlops => _result?.Cost?.GigaFlops ?? double.NaN;

    public double LatencyInMilliseconds => _result?.Cost?.LatencyInMilliseconds ?? double.NaN;

    public double ModelBytes => _result?.Cost?.ModelBytes ?? double.NaN;

    public double DurationInSeconds => _result?.DurationInSeconds ?? double.NaN;

    public string Error => _result?.Error ?? "";
}
