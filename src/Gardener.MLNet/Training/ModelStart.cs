using GardenerML.Checkpoints;
using GardenerML.Pruning;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>What training starts from: a pruned checkpoint, a whole one, or random weights.</summary>
internal sealed class ModelStart
{
    private readonly string? _checkpoint;
    private readonly VideoMaeConfiguration? _newModel;

    private ModelStart(string? checkpoint, PruningPlan? plan, VideoMaeConfiguration? newModel) =>
        (_checkpoint, Plan, _newModel) = (checkpoint, plan, newModel);

    /// <summary>The plan by which the checkpoint is pruned; null for none.</summary>
    public PruningPlan? Plan { get; }

    /// <summary>
    /// Finds the plan on the clip column, else the checkpoint or the new model of the options; the library's own checkpoint if there
    /// is none of these.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are two that do not agree.</exception>
    public static ModelStart Find(IExceptionContext context, VideoClassifierOptions options, DataViewSchema.Column video)
    {
        if (PruningTransformer.PlanOf(video) is { } plan)
        {
            if (plan.CheckpointPath is not { } path)
                throw context.Except(
                    $"The pruning plan of the column '{video.Name}' was loaded from a saved model, without its checkpoint "
                    + $"'{plan.Checkpoint}'. Fit Prune again before training.");
            if (options.Checkpoint is { } other && !SamePath(other, path))
                throw context.Except(
                    $"The trainer's Checkpoint is '{other}', but Prune before it pruned '{path}'. Name the checkpoint in one place.");
            return new ModelStart(path, plan, null);
        }
        return options is { Checkpoint: null, NewModel: { } newModel }
            ? new ModelStart(null, null, newModel)
            : new ModelStart(options.Checkpoint ?? ShippedCheckpoints.VideoMaeTiny, null, null);
    }

    /// <summary>Checks that clips of this geometry can be cut into the model's patches; reads no weights.</summary>
    /// <exception cref="InvalidOperationException">They cannot.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be used.</exception>
    public void Check(VideoClipDataViewType clips)
    {
        using var checkpoint = _newModel is null ? VideoMaeCheckpoint.Open(_checkpoint!) : null;
        var configuration = _newModel ?? checkpoint!.Configuration;
        RequireDivisible(clips, configuration);
        if (checkpoint is not null)
        {
            RequireChosen(clips, checkpoint);
            Plan?.CheckFits(checkpoint);
        }
    }

    /// <summary>Checks that clips of another geometry than the checkpoint's are what somebody asked for.</summary>
    /// <exception cref="InvalidOperationException">Nobody did.</exception>
    public static void RequireChosen(VideoClipDataViewType clips, VideoMaeCheckpoint checkpoint)
    {
        var stored = checkpoint.Configuration;
        if ((!clips.FrameCountIsChosen && clips.FrameCount != stored.FrameCount)
            || (!clips.SizeIsChosen && clips.Height != stored.ImageSize))
            throw new InvalidOperationException(
                $"The clips are {clips.FrameCount} frames of {clips.Height} x {clips.Width}, but the checkpoint '{checkpoint.Source}' was "
                + $"trained on {stored.FrameCount} frames of {stored.ImageSize} x {stored.ImageSize}. Write "
                + $"{Loading(stored)}, or set FrameCount and Size to what you want instead.");
    }

    /// <summary>Checks that a model can cut clips into its patches.</summary>
    /// <exception cref="InvalidOperationException">It cannot.</exception>
    public static void RequireDivisible(VideoClipDataViewType clips, VideoMaeConfiguration configuration)
    {
        if (clips.FrameCount % configuration.TubeletSize != 0 || clips.Height % configuration.PatchSize != 0)
            throw new InvalidOperationException(
                $"The clips are {clips.FrameCount} frames of {clips.Height} x {clips.Width}; the model cuts them into tubelets of "
                + $"{configuration.TubeletSize} frames and patches of {configuration.PatchSize} x {configuration.PatchSize}. Write "
                + $"{Loading(Divisible(configuration))}, or choose other multiples of these.");
    }

    /// <summary>The geometry whose frames and size, where these are no multiples of its patches, are the nearest ones.</summary>
    private static VideoMaeConfiguration Divisible(VideoMaeConfiguration configuration)
    {
        return configuration with
        {
            FrameCount = Nearest(configuration.FrameCount, configuration.TubeletSize),
            ImageSize = Nearest(configuration.ImageSize, configuration.PatchSize),
        };

        static int Nearest(int number, int of) => Math.Max(1, (number + (of / 2)) / of) * of;
    }

    /// <summary>Builds the model for the clips and classes of the data, which are <see cref="Check"/>ed.</summary>
    /// <returns>The model, the caller's to dispose, and whether its head is new.</returns>
    public (VideoMaeClassifier Model, bool HeadIsNew) Build(
        VideoClipDataViewType clips, int classCount, IReadOnlyList<string>? classNames, int seed, Device device, IChannel channel)
    {
        using var generator = new Generator((ulong)(uint)seed);
        if (_newModel is not null)
        {
            var model = new VideoMaeClassifier(ForClips(_newModel, clips, classCount), device);
            WeightInitialisation.Fill(model, generator, _ => true);
            return (model, true);
        }
        return FromCheckpoint(clips, classCount, classNames, generator, device, channel);
    }

    private (VideoMaeClassifier Model, bool HeadIsNew) FromCheckpoint(
        VideoClipDataViewType clips, int classCount, IReadOnlyList<string>? classNames, Generator generator, Device device,
        IChannel channel)
    {
        using var checkpoint = VideoMaeCheckpoint.Open(_checkpoint!);
        foreach (var note in checkpoint.Notes)
            channel.Info(note);
        var stored = checkpoint.Configuration;
        var kept = Plan?.Kept ?? [.. Enumerable.Range(0, stored.BlockCount)];
        if (stored.FrameCount != clips.FrameCount || stored.ImageSize != clips.Height)
            channel.Warning(
                $"The clips are {clips.FrameCount} frames of {clips.Height} x {clips.Width}; the checkpoint was trained on {stored.FrameCount} frames of "
                + $"{stored.ImageSize} x {stored.ImageSize}. Its position table is computed anew.");

        var model = new VideoMaeClassifier(
            ForClips(stored with { BlockCount = kept.Count }, clips, classCount), device);
        try
        {
            var outputs = HeadOutputs(stored.ClassCount, checkpoint.LabelNames, classNames, classCount);
            var newHead = outputs is null;
            // A pretrained checkpoint may have no norm for a classifier.
            bool IsNew(string name) => name.StartsWith("head.", StringComparison.Ordinal) ? newHead
                : name.StartsWith("fc_norm.", StringComparison.Ordinal) && !checkpoint.Encoder.ContainsKey(name);
            ModelWeights.Load(model, checkpoint.Encoder, kept, name => !IsNew(name), _checkpoint!, outputs);
            WeightInitialisation.Fill(model, generator, IsNew);
            if (outputs is null)
                channel.Info(stored.ClassCount == classCount
                    ? $"The head is new: the checkpoint has {classCount} other classes."
                    : $"The head is new: {classCount} classes; the checkpoint has {stored.ClassCount}.");
            else if (classCount < stored.ClassCount)
                channel.Info($"The head is that of the checkpoint for the {classCount} of its {stored.ClassCount} classes that the data have.");
            if (IsNew("fc_norm.weight"))
                channel.Info("The final norm is new: the checkpoint has none.");
            return (model, newHead);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The checkpoint's output for each class of the data, which may be some of its classes; null if it was not trained for all of
    /// them. Without names on both sides the order of as many classes is trusted.
    /// </summary>
    private static long[]? HeadOutputs(
        int storedCount, IReadOnlyList<string>? stored, IReadOnlyList<string>? wanted, int classCount)
    {
        if (stored is null || wanted is null)
            return storedCount == classCount ? [.. Enumerable.Range(0, classCount)] : null;
        var outputs = stored.Select((name, index) => (name, index)).GroupBy(output => output.name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (long)group.First().index, StringComparer.Ordinal);
        return wanted.All(outputs.ContainsKey) ? [.. wanted.Select(name => outputs[name])] : null;
    }

    private static VideoMaeConfiguration ForClips(
        VideoMaeConfiguration configuration, VideoClipDataViewType clips, int classCount) => configuration with
        {
            FrameCount = clips.FrameCount,
            ImageSize = clips.Height,
            ClassCount = classCount,
        };

    /// <summary>What to write for clips as the model knows them.</summary>
    private static string Loading(VideoMaeConfiguration configuration) =>
        $"LoadVideo(options: new() {{ FrameCount = {configuration.FrameCount}, Size = {configuration.ImageSize} }})";

    private static bool SamePath(string a, string b) =>
        a == b || Path.GetFullPath(Path.TrimEndingDirectorySeparator(a)) == Path.GetFullPath(Path.TrimEndingDirectorySeparator(b));
}
