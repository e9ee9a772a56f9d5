using GardenerML.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static Microsoft.ML.DataOperationsCatalog;

namespace GardenerML.Search;

/// <summary>
/// A search for how much of a checkpoint can be pruned, in the words of ML.NET's AutoML: trials, a tuner that chooses them, a monitor
/// that is told, and a result. Everything that is found is in a folder, from which the same experiment goes on.
/// </summary>
public sealed class GardenerExperiment
{
    /// <summary>The longest time of a run in seconds: 49 days, about as long as a timer can wait.</summary>
    public const uint LongestTrainingTimeInSeconds = 49 * 24 * 3600;

    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly GardenerExperimentOptions _options;
    private IDataView? _training;
    private IDataView? _validation;
    private IEstimator<ITransformer>? _pipeline;
    private GardenerSearchSpace _space = new();
    private GardenerConstraints _constraints = new();
    private GardenerTuner _tuner = GardenerTuner.Grid;
    private GardenerMetric _metric = GardenerMetric.Accuracy;
    private IGardenerMonitor? _monitor;
    private IGardenerTrialRunner? _runner;
    private TimeSpan? _time;
    private int? _maximumTrials;
    private int _concurrentTrials = 1;
    private SearchLoop? _running;

    internal GardenerExperiment(IHostEnvironment environment, GardenerExperimentOptions options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(options, nameof(options));
        options.Validate();
        _environment = environment;
        _host = environment.Register(nameof(GardenerExperiment));
        _options = options;
    }

    /// <summary>Reads what an experiment, which may be running, has found so far; nothing is changed.</summary>
    /// <param name="folder">Its folder.</param>
    /// <returns>
    /// Its trials, and the best of them by the constraints and the metric that it was last run with; the caller disposes it.
    /// </returns>
    /// <exception cref="FileNotFoundException">The folder holds no trials.</exception>
    /// <exception cref="InvalidDataException">Its database is damaged, or is of something else.</exception>
    /// <exception cref="IOException">Its database cannot be read.</exception>
    public static async Task<GardenerExperimentResult> ReadResultAsync(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = TrialFiles.Database(folder);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{folder} is not the folder of an experiment: it holds no {Path.GetFileName(path)}.", path);
        await using var store = new SqliteTrialStore(path, readOnly: true);
        var description = await store.GetDescriptionAsync().ConfigureAwait(false);
        return new GardenerExperimentResult(folder, await store.GetTrialsAsync().ConfigureAwait(false), description);
    }

    /// <summary>The clips: what is trained on, and what models are compared by. For the final figure, keep a test set apart.</summary>
    /// <param name="training">Labelled clips, or what the pipeline makes them of.</param>
    /// <param name="validation">The same columns.</param>
    public GardenerExperiment SetDataset(IDataView training, IDataView validation)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        (_training, _validation) = (training, validation);
        return this;
    }

    /// <summary>The clips, as ML.NET splits data; its test set is what models are compared by.</summary>
    /// <param name="data">Both sets.</param>
    public GardenerExperiment SetDataset(TrainTestData data) => SetDataset(data.TrainSet, data.TestSet);

    /// <summary>
    /// The steps before the classifier, such as MapValueToKey and LoadVideo; they are fitted to the training data and become part of
    /// each model. Where there are none, the data has labels as keys and clips.
    /// </summary>
    /// <param name="pipeline">The steps.</param>
    public GardenerExperiment SetPipeline(IEstimator<ITransformer> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        _pipeline = pipeline;
        return this;
    }

    /// <summary>What may be tried; by default every number of blocks by the entropy of the weights.</summary>
    /// <param name="space">The search space.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public GardenerExperiment SetSearchSpace(GardenerSearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        space.Validate();
        _space = space;
        return this;
    }

    /// <summary>What a model must keep; by default nothing.</summary>
    /// <param name="constraints">The constraints. They may be others when an experiment goes on.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public GardenerExperiment SetConstraints(GardenerConstraints constraints)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        constraints.Validate();
        _constraints = constraints;
        return this;
    }

    /// <summary>What models are compared by; <see cref="GardenerMetric.Accuracy"/> by default.</summary>
    /// <param name="metric">The metric.</param>
    public GardenerExperiment SetMetric(GardenerMetric metric)
    {
        if (!Enum.IsDefined(metric))
            throw new ArgumentOutOfRangeException(
                nameof(metric), metric, $"The metric is {metric}; it must be one of {string.Join(", ", Enum.GetNames<GardenerMetric>())}.");
        _metric = metric;
        return this;
    }

    /// <summary>What chooses the trials; <see cref="GardenerTuner.Grid"/> by default. It may be another when an experiment goes on.</summary>
    /// <param name="tuner">The tuner.</param>
    public GardenerExperiment SetTuner(GardenerTuner tuner)
    {
        ArgumentNullException.ThrowIfNull(tuner);
        _tuner = tuner;
        return this;
    }

    /// <summary>Who is told what happens.</summary>
    /// <param name="monitor">The monitor.</param>
    public GardenerExperiment SetMonitor(IGardenerMonitor monitor)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        _monitor = monitor;
        return this;
    }

    /// <summary>
    /// What runs trials; by default this process does. It is the caller's to dispose. The experiment has its data set all the same, by which
    /// it is told from others.
    /// </summary>
    /// <param name="runner">The runner.</param>
    public GardenerExperiment SetTrialRunner(IGardenerTrialRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        _runner = runner;
        return this;
    }

    /// <summary>
    /// How long a run may take; by default until the tuner wants no more trials. The trial that is cut short goes on in the next run.
    /// </summary>
    /// <param name="seconds">The time in seconds; 1 to <see cref="LongestTrainingTimeInSeconds"/>.</param>
    /// <exception cref="ArgumentException">The time is out of its range.</exception>
    public GardenerExperiment SetTrainingTimeInSeconds(uint seconds)
    {
        Require.Between(seconds, 1, LongestTrainingTimeInSeconds, nameof(seconds));
        _time = TimeSpan.FromSeconds(seconds);
        return this;
    }

    /// <summary>
    /// How many trials of the experiment are trained at most, those of earlier runs and other processes included; by default as many
    /// as the tuner wants.
    /// </summary>
    /// <param name="count">The number; at least 1.</param>
    public GardenerExperiment SetMaxTrialsToExplore(int count)
    {
        Require.AtLeast(count, 1, nameof(count));
        _maximumTrials = count;
        return this;
    }

    /// <summary>
    /// How many trials this process has in flight at a time; 1 by default. More are for a runner that hands them to other machines
    /// (<see cref="SetTrialRunner"/>). Which trials are wanted next follows from those that have ended, so a tuner that looks at results may
    /// try others than one by one.
    /// </summary>
    /// <param name="count">The number; at least 1.</param>
    public GardenerExperiment SetMaxConcurrentTrials(int count)
    {
        Require.AtLeast(count, 1, nameof(count));
        _concurrentTrials = count;
        return this;
    }

    /// <summary>The same as <see cref="SetMaxTrialsToExplore"/>, by AutoML's name.</summary>
    /// <param name="maxModel">The number; at least 1.</param>
    public GardenerExperiment SetMaxModelToExplore(int maxModel) => SetMaxTrialsToExplore(maxModel);

    /// <summary>
    /// Whether the last run came so far that its store is opened, which takes reading the checkpoint and the clips. Before that it has no
    /// trials: what <see cref="ReadResultAsync"/> finds in the folder is of an earlier run, with the constraints and the metric of that one.
    /// </summary>
    public bool HasOpenedStore { get; private set; }

    /// <summary>Ends a trial of this process; it is recorded as failed, and the search goes on. For monitors.</summary>
    /// <param name="trialId">The trial's number; nothing happens where it does not run.</param>
    public void CancelTrial(int trialId) => _running?.CancelTrial(trialId);

    /// <summary>Runs the experiment, and waits; see <see cref="RunAsync(CancellationToken)"/>.</summary>
    public GardenerExperimentResult Run() => Task.Run(() => RunAsync()).GetAwaiter().GetResult();

    /// <summary>
    /// Runs the experiment, or goes on with it, until the tuner wants no more trials, the time is over, or there are enough trials.
    /// Several processes may do so at once in the same folder.
    /// </summary>
    /// <param name="cancellationToken">Stops within a step; the same experiment then goes on from there.</param>
    /// <returns>What was found; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">
    /// There is no data, the checkpoint's model cannot have such clips, several trials are to run at a time here, the folder is of another experiment (the message says what differs), or all trials failed (it says how).
    /// </exception>
    /// <exception cref="ArgumentException">
    /// More blocks are to be removed than may be, a trial's learning rate would not fall, or a column is not there.
    /// </exception>
    /// <exception cref="Checkpoints.CheckpointException">The checkpoint cannot be used.</exception>
    /// <exception cref="InvalidDataException">The store of trials is damaged.</exception>
    /// <exception cref="IOException">The store of trials cannot be read or written.</exception>
    /// <exception cref="TimeoutException">The time was over before a trial was finished.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; finished trials are in the folder.</exception>
    public async Task<GardenerExperimentResult> RunAsync(CancellationToken cancellationToken = default)
    {
        HasOpenedStore = false;
        _tuner.Check(_constraints);
        if (_concurrentTrials > 1 && _runner is null)
            throw new InvalidOperationException(
                "This process runs one trial at a time; for several, set a runner that hands them to others (SetTrialRunner).");
        var own = _options.Store is null ? new SqliteTrialStore(TrialFiles.Database(_options.Folder!)) : null;
        var store = _options.Store ?? own!;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _options.Training.Cancellation);
        try
        {
            return await Task.Run(() => RunAsync(store, either.Token), either.Token);
        }
        finally
        {
            if (own is not null)
                await own.DisposeAsync();
        }
    }

    private async Task<GardenerExperimentResult> RunAsync(IGardenerTrialStore store, CancellationToken cancellation)
    {
        var seed = _options.Training.Seed ?? (_environment as IHostEnvironmentInternal)?.Seed ?? 0;
        var options = _options with { Training = _options.Training with { Seed = seed, Cancellation = cancellation } };
        var data = Data(options);
        var subject = new SearchSubject(options, data.Columns.ClipType);
        var candidates = _space.Candidates(subject.BlockCount, subject.RemovalOrder, options.Training, seed);
        var identity = Identity(subject, options.Training, data, seed);
        var description = new GardenerExperimentDescription
        {
            Checkpoint = options.Checkpoint,
            DataName = options.DataName,
            Constraints = _constraints,
            Metric = _metric,
        };
        await store.OpenAsync(identity, description, cancellation);
        HasOpenedStore = true;
        using var own = _runner is null ? new GardenerTrialRunner(_environment, options, data, subject, _space.Criteria) : null;
        _running = new SearchLoop(_host, store, _runner ?? own!, _tuner, candidates)
        {
            Folder = options.Folder!,
            Experiment = _runner is null ? null : identity,
            Lease = options.Lease,
            Metric = _metric,
            Constraints = _constraints,
            Monitor = _monitor,
            Time = _time,
            MaximumTrials = _maximumTrials,
            MaximumConcurrentTrials = _concurrentTrials,
        };
        var trials = await _running.RunAsync(cancellation);
        return new GardenerExperimentResult(options.Folder!, trials, description);
    }

    /// <summary>The clips. Where others run the trials they are needed too: by them a folder is known to be of another experiment.</summary>
    private SearchData Data(GardenerExperimentOptions options) => _training is null || _validation is null
        ? throw new InvalidOperationException("There are no clips to train on and to compare by; call SetDataset.")
        : SearchData.Of(_environment, options, _training, _validation, _pipeline?.Fit(_training));

    /// <summary>What decides the outcome of a trial beside its own settings.</summary>
    private SortedDictionary<string, string> Identity(
        SearchSubject subject, VideoClassifierOptions training, SearchData data, int seed)
    {
        var identity = data.Identity(_environment, subject.Hash, training, seed);
        // These are each trial's own.
        foreach (var name in (string[])[nameof(training.Epochs), nameof(training.WarmupEpochs), nameof(training.LearningRate), nameof(training.LayerDecay)])
            identity.Remove($"training.{name}");
        return identity;
    }
}
