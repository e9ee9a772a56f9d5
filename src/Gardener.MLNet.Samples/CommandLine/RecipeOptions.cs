using System.CommandLine;
using GardenerML.Training;

namespace GardenerML.Samples.CommandLine;

/// <summary>The options of every verb that trains.</summary>
internal sealed class RecipeOptions
{
    private readonly Option<int?> _epochs;
    private readonly Option<int?> _batchSize;
    private readonly Option<int> _seed = CommonOptions.Seed();

    private readonly bool _hasEpochs;
    private readonly Option<double?> _learningRate;

    private readonly Option<string> _precision = new("--precision")
    {
        Description = "What matrix products are computed in: float32, bfloat16, or auto, which measures both.",
        DefaultValueFactory = _ => "float32",
    };

    /// <summary>Makes the options.</summary>
    /// <param name="learningRate">What --learning-rate is.</param>
    /// <param name="hasEpochs">Whether it is the user who says how many epochs there are.</param>
    /// <param name="defaults">What holds unless the user says otherwise; null where that hangs on other options.</param>
    public RecipeOptions(string learningRate = "The highest learning rate", bool hasEpochs = true, VideoTrainingOptions? defaults = null)
    {
        _hasEpochs = hasEpochs;
        _epochs = CommonOptions.AtLeastOne(
            new Option<int?>("--epochs")
            {
                Description = $"Passes over the training clips{Default(defaults?.Epochs)}{(defaults is null ? " A recipe's warm-up is at most half of them." : "")}",
            });
        _batchSize = CommonOptions.AtLeastOne(
            new Option<int?>("--batch-size") { Description = $"Clips in a step{Default(defaults?.BatchSize)}" });
        _learningRate = CommonOptions.Checked(
            new Option<double?>("--learning-rate") { Description = learningRate + Default(defaults?.LearningRate) },
            rate => rate is null || (rate > 0 && double.IsFinite(rate.Value)), "must be above 0");
        _precision.AcceptOnly([.. Enum.GetNames<Precision>().Select(name => name.ToLowerInvariant())]);
    }

    /// <summary>Where to compute.</summary>
    public Option<ComputeDevice> Device { get; } = CommonOptions.Device();

    public void AddTo(Command command)
    {
        if (_hasEpochs)
            command.Add(_epochs);
        foreach (var option in (Option[])[_batchSize, _learningRate, _seed, Device, _precision])
            command.Add(option);
    }

    public int Seed(ParseResult arguments) => arguments.GetValue(_seed);

    /// <summary>How many epochs are asked for; null for those of the recipe.</summary>
    public int? Epochs(ParseResult arguments) => arguments.GetValue(_epochs);

    /// <summary>A recipe with what the command line says otherwise.</summary>
    public T Adapt<T>(T recipe, ParseResult arguments)
        where T : VideoTrainingOptions
    {
        var learningRate = arguments.GetValue(_learningRate) ?? recipe.LearningRate;
        return (T)((VideoTrainingOptions)WithEpochs(recipe, Epochs(arguments) ?? recipe.Epochs) with
        {
            BatchSize = arguments.GetValue(_batchSize) ?? recipe.BatchSize,
            LearningRate = learningRate,
            MinimumLearningRate = Math.Min(recipe.MinimumLearningRate, learningRate),
            Device = arguments.GetValue(Device),
            Precision = Enum.Parse<Precision>(arguments.GetRequiredValue(_precision), ignoreCase: true),
        });
    }

    private static string Default<T>(T? value)
        where T : struct => value is { } known ? FormattableString.Invariant($". [default: {known}]") : "; the recipe's unless it is given.";

    /// <summary>A recipe of another length. What it names of warm-up is the most there is: at least half of the time the learning rate falls.</summary>
    public static T WithEpochs<T>(T recipe, int epochs)
        where T : VideoTrainingOptions
    {
        var changed = (VideoTrainingOptions)recipe with { Epochs = epochs };
        return (T)(changed.WarmupEpochs > epochs / 2.0 ? changed with { WarmupEpochs = epochs / 2.0 } : changed);
    }
}
