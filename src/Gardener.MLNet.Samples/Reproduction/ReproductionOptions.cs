using GardenerML.Reporting;
using GardenerML.Training;

namespace GardenerML.Samples.Reproduction;

/// <summary>What is removed from which checkpoint, how what is left is fine-tuned, and how often.</summary>
internal sealed record ReproductionOptions
{
    /// <summary>The criteria that are compared unless others are named: those of arXiv 2602.03918, tables 7 to 12.</summary>
    public static IReadOnlyList<string> PaperCriteria { get; } =
    [
        "entropy", Random, "mean", "variance", "std", "l1", "l2", "kurtosis", "mutual-information", "value-entropy",
    ];

    /// <summary>The name of the random order, which is another one for each seed.</summary>
    public const string Random = CriterionTitles.Random;

    /// <summary>The checkpoint.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The folder of finished runs; one a seed is made in it.</summary>
    public required string StateFolder { get; init; }

    /// <summary>How each pruned model is fine-tuned, on which device.</summary>
    public required VideoClassifierOptions Training { get; init; }

    /// <summary>The criteria that choose blocks beside the oracle.</summary>
    public IReadOnlyList<string> Criteria { get; init; } = PaperCriteria;

    /// <summary>How many blocks are removed; one must stay, so larger numbers mean all but one.</summary>
    public IReadOnlyList<int> Removals { get; init; } = [1, 3, 5, 7, 9, 11];

    /// <summary>The seeds of the trainings.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3];

    /// <summary>Told after each run.</summary>
    public IProgress<ReproductionProgress>? Progress { get; init; }

    /// <summary>Stops within a step; the same again goes on from there.</summary>
    public CancellationToken Cancellation { get; init; }
}
