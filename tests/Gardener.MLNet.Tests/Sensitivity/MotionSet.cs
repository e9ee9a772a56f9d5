using GardenerML.Checkpoints;
using GardenerML.Samples.Motion;
using GardenerML.Tests.Checkpoints;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using TorchSharp;

namespace GardenerML.Tests.Sensitivity;

/// <summary>A few made videos and a small random checkpoint for them.</summary>
internal sealed class MotionSet : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MotionSet(int groups = 2)
    {
        Videos = MotionDataset.Create(
            _folder.File("motion"), new MotionDatasetOptions { Groups = groups, ClipsPerGroup = 1, ImageSize = 32, FrameCount = 4 }).Folder;
        var context = Context;
        var training = Ucf101.Load(context, Videos, subset: Ucf101Subset.Train);
        var steps = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.LoadVideo(options: new VideoLoadingOptions { FrameCount = 4, SamplingRate = 1, Size = 32 }))
            .Fit(training);
        Training = steps.Transform(training);
        Test = steps.Transform(Ucf101.Load(context, Videos, subset: Ucf101Subset.Test));
    }

    public MLContext Context { get; } = new(seed: 3);

    /// <summary>The folder of class folders.</summary>
    public string Videos { get; }

    public IDataView Training { get; }

    public IDataView Test { get; }

    public string File(string name) => _folder.File(name);

    /// <summary>Writes a checkpoint of three blocks.</summary>
    /// <param name="name">Its file.</param>
    /// <param name="labels">Its classes; null for the data's.</param>
    public string Checkpoint(string name = "checkpoint.safetensors", IReadOnlyList<string>? labels = null)
    {
        labels ??= [.. Enum.GetNames<MotionClass>()];
        using var model = new VideoMaeClassifier(TinyModel.Configuration with { ClassCount = labels.Count });
        using var generator = new torch.Generator(5);
        WeightInitialisation.Fill(model, generator, _ => true);
        VideoMaeCheckpointWriter.Save(
            _folder.File(name), ModelWeights.ToCheckpoint(model, model.Configuration, TensorType.Float32, labels, null), CheckpointLayout.SingleFile);
        return _folder.File(name);
    }

    public void Dispose() => _folder.Dispose();
}
