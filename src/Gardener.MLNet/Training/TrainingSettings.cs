using System.Globalization;
using System.IO.Hashing;
using System.Reflection;
using System.Text;
using GardenerML.Pretraining;
using GardenerML.Video;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>What decides the outcome of a run, as text: a state may be gone on from only where all of it is the same.</summary>
internal static class TrainingSettings
{
    public const string SeedName = "seed";

    /// <summary>Options that say where and how fast to compute, what is told and saved, and not what comes out.</summary>
    private static readonly HashSet<string> Immaterial =
    [
        nameof(VideoTrainingOptions.VideoColumnName), nameof(VideoClassifierOptions.LabelColumnName),
        nameof(VideoTrainingOptions.GroupColumnName), nameof(VideoClassifierOptions.ScoreColumnName),
        nameof(VideoClassifierOptions.PredictedLabelColumnName), nameof(VideoMaePretrainingOptions.FeatureColumnName),
        nameof(VideoTrainingOptions.Checkpoint),
        nameof(VideoTrainingOptions.NewModel), nameof(VideoTrainingOptions.Device), nameof(VideoTrainingOptions.FrameCacheBytes),
        nameof(VideoTrainingOptions.FrameCache), nameof(VideoTrainingOptions.DecodingThreads),
        nameof(VideoTrainingOptions.ScoringBatchSize), nameof(VideoClassifierOptions.ScoringPrecision),
        nameof(VideoTrainingOptions.SavedWeightType), nameof(VideoTrainingOptions.Seed), nameof(VideoTrainingOptions.Cancellation),
        nameof(VideoTrainingOptions.MicroBatchSize), nameof(VideoClassifierOptions.RecomputeActivations),
        nameof(VideoTrainingOptions.ResumeFolder), nameof(VideoTrainingOptions.SaveEverySteps),
        nameof(VideoTrainingOptions.SaveInterval), nameof(VideoTrainingOptions.LogFolder),
    ];

    /// <summary>The settings of a run.</summary>
    /// <param name="options">The options.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="model">The model before the first step: checkpoint, pruning and new head in one.</param>
    /// <param name="encoder">Its geometry.</param>
    /// <param name="decoder">Its decoder's; null for none.</param>
    /// <param name="training">The clips to learn from.</param>
    /// <param name="validation">The clips to validate with.</param>
    public static SortedDictionary<string, string> Of(
        VideoTrainingOptions options, int seed, nn.Module model, VideoMaeConfiguration encoder, VideoMaeDecoderConfiguration? decoder,
        IReadOnlyList<LabelledClip> training, IReadOnlyList<LabelledClip> validation)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SeedName] = seed.ToString(CultureInfo.InvariantCulture),
            ["first weights"] = Hash(model),
            ["training clips"] = Describe(training),
            ["validation clips"] = Describe(validation),
        };
        // The weights do not tell all of the geometry: not the heads, the epsilons, or how pixels are normalised.
        foreach (var (name, value) in Values(options).Concat(Values(Loading(training[0].Clip))).Concat(Values(encoder, "model."))
            .Concat(decoder is null ? [] : Values(decoder, "decoder.")))
            settings[name] = value;
        return settings;
    }

    /// <summary>The options that decide the outcome, by name.</summary>
    public static IEnumerable<(string Name, string Value)> Values(object options, string prefix = "")
    {
        // Records within, such as the augmentation, are taken apart: their own text hangs on the culture.
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var type = property.PropertyType;
            if (type.IsInterface || type.IsSubclassOf(typeof(Delegate)) || (prefix.Length == 0 && Immaterial.Contains(property.Name)))
                continue;
            if (property.GetValue(options) is var inner && inner is ClipAugmentation or ChannelValues)
            {
                foreach (var value in Values(inner, $"{prefix}{property.Name}."))
                    yield return value;
                continue;
            }
            yield return (prefix + property.Name, Convert.ToString(property.GetValue(options), CultureInfo.InvariantCulture) ?? "");
        }
    }

    /// <summary>
    /// What a clip is known by, wherever its folder is: the file's name or a hash of its bytes; empty for frames in memory.
    /// </summary>
    public static string NameOf(VideoClip clip) => Path.GetFileName(clip.Path) ?? clip.Identity ?? "";

    /// <summary>Which frames are taken; what happens to unreadable videos shows in which clips there are.</summary>
    public static VideoLoadingOptions Loading(VideoClip clip) => clip.Options with { OnError = default };

    private static string Hash(nn.Module model)
    {
        using var scope = NewDisposeScope();
        var hash = new XxHash128();
        foreach (var parameter in model.parameters())
            hash.Append(parameter.detach().cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Names, labels and how frames are taken, in the order of the rows; folders may move.</summary>
    private static string Describe(IReadOnlyList<LabelledClip> clips)
    {
        var hash = new XxHash128();
        foreach (var (clip, label) in clips)
        {
            hash.Append(Encoding.UTF8.GetBytes($"{NameOf(clip)}\n{label}\n{Loading(clip)}\n"));
        }
        return $"{clips.Count} clips {Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }
}
