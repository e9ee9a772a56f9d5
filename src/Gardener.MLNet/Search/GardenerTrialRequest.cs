namespace GardenerML.Search;

/// <summary>All that says which trial is to be run. Immutable, and the same after a way through JSON.</summary>
/// <param name="Settings">The trial.</param>
/// <param name="Constraints">What its model must not exceed.</param>
/// <param name="Folder">
/// The experiment's folder, where the model and the state of training go; another machine that runs the trial must see it.
/// </param>
public sealed record GardenerTrialRequest(GardenerTrialSettings Settings, GardenerConstraints Constraints, string Folder)
{
    /// <summary>
    /// What decides the outcome of the trial beside its settings, by name, as in <see cref="IGardenerTrialStore.OpenAsync"/>: another machine
    /// must have the same. Null where the experiment runs its trials itself.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Experiment { get; init; }

    /// <summary>The model zip that the trial writes; it goes where a longer trial of the same training is recorded.</summary>
    internal string ModelFile => TrialFiles.Model(Folder, Settings);

    /// <summary>Where the state of training is kept until it is finished.</summary>
    internal string StateFolder => TrialFiles.State(Folder, Settings);

    /// <summary>Where it is kept instead, if the training went beyond the trial's end in a longer trial that is not finished.</summary>
    internal string OwnStateFolder => TrialFiles.OwnState(Folder, Settings);
}
