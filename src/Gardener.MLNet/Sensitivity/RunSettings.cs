using System.Globalization;
using System.IO.Hashing;
using System.Text;
using GardenerML.Training;
using GardenerML.Video;

namespace GardenerML.Sensitivity;

/// <summary>What decides the outcome of a run, as text: two measurements may share runs if they agree in it.</summary>
internal static class RunSettings
{
    public static SortedDictionary<string, string> Of(
        string checkpointHash, VideoClassifierOptions training, bool fineTuned, int seed,
        VideoClipDataViewType clipType, IReadOnlyList<LabelledClip> trainingClips, IReadOnlyList<LabelledClip> measuredClips)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["checkpoint"] = checkpointHash,
            ["clips"] = $"{clipType.FrameCount} frames of {clipType.Width} x {clipType.Height}",
            ["fineTuned"] = fineTuned ? "yes" : "no",
            ["measuredClips"] = Describe(measuredClips),
        };
        AddLoading("measuredFrames", measuredClips);
        if (!fineTuned)
            return settings;
        settings["trainingClips"] = Describe(trainingClips);
        AddLoading("trainingFrames", trainingClips);
        settings["seed"] = seed.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in TrainingSettings.Values(training))
            settings[$"training.{name}"] = value;
        return settings;

        void AddLoading(string prefix, IReadOnlyList<LabelledClip> clips)
        {
            foreach (var (name, value) in TrainingSettings.Values(TrainingSettings.Loading(clips[0].Clip), $"{prefix}."))
                settings[name] = value;
        }
    }

    /// <summary>Names and labels, in their order.</summary>
    private static string Describe(IReadOnlyList<LabelledClip> clips)
    {
        var hash = new XxHash128();
        foreach (var (clip, label) in clips)
            hash.Append(Encoding.UTF8.GetBytes($"{TrainingSettings.NameOf(clip)}\n{label}\n"));
        return $"{clips.Count} clips {Convert.ToHexStringLower(hash.GetCurrentHash())}";
    }
}
