using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Pretraining;
using GardenerML.Video;
using GardenerML.VideoMae;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>pretrain -o FOLDER</c>: masked pretraining of a VideoMAE on videos without labels.</summary>
internal sealed class PretrainVerb
{
    private readonly DataOptions _data = new();

    private readonly Option<DirectoryInfo[]> _videos = new("--videos")
    {
        Description = "Folders whose videos are all taken, with those of the folders in them; labels play no part.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "The VideoMAE checkpoint to go on from; without it a model begins with random weights.",
    };

    private readonly Option<int?> _size = CommonOptions.AtLeastOne(new Option<int?>("--image-size")
    {
        Description = "Height and width of the frames; the checkpoint's, or 64 without one.",
    });

    private readonly Option<int?> _frames = CommonOptions.AtLeastOne(new Option<int?>("--frames")
    {
        Description = "Frames of a clip; the checkpoint's, or 8 without one.",
    });

    private readonly Option<int> _samplingRate = Number("--sampling-rate", "The largest distance of two frames of a clip; drawn from 1 on.", 4);
    private readonly Option<int> _patch = Number("--patch", "Height and width of a patch of a new model.", 16);
    private readonly Option<int> _width = Number("--width", "Width of a new model; its heads are 32 wide.", 128);
    private readonly Option<int> _blocks = Number("--blocks", "Blocks of a new model.", 12);
    private readonly Option<int> _decoderBlocks = Number("--decoder-blocks", "Blocks of a new decoder, where the checkpoint has none.", 2);

    private readonly Option<double> _maskRatio = CommonOptions.MaskRatio();
    private readonly RecipeOptions _recipe = new(defaults: new VideoMaePretrainingOptions());
    private readonly Option<DirectoryInfo?> _resume = CommonOptions.ResumeFolder();
    private readonly Option<DirectoryInfo?> _log = new("--log-folder") { Description = "Where history.csv and TensorBoard's files go." };

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where the checkpoint goes: a Hugging Face folder.",
        Required = true,
    };

    public static Command Make()
    {
        var pretrain = new PretrainVerb();
        var verb = VerbRun.Verb("pretrain",
            "Pretrains a VideoMAE on videos without labels, by masking. Example: pretrain --videos films --epochs 800 -o pretrained",
            run => Task.Run(() => pretrain.Run(run)));
        pretrain._data.AddTo(verb);
        foreach (var option in (Option[])[pretrain._videos, pretrain._checkpoint, pretrain._size, pretrain._frames, pretrain._samplingRate,
            pretrain._patch, pretrain._width, pretrain._blocks, pretrain._decoderBlocks, pretrain._maskRatio, pretrain._resume, pretrain._log, pretrain._output])
            verb.Add(option);
        pretrain._recipe.AddTo(verb);
        verb.Validators.Add(result =>
        {
            if (!pretrain._data.IsNamed(result) && result.GetResult(pretrain._videos) is null)
                result.AddError("Name the videos: --videos FOLDER..., or --data FOLDER for the training clips of split lists.");
            if (result.GetResult(pretrain._checkpoint) is { Implicit: false })
            {
                foreach (var option in ((Option[])[pretrain._patch, pretrain._width, pretrain._blocks]).Where(option => result.GetResult(option) is { Implicit: false }))
                    result.AddError($"{option.Name} is of a new model; --checkpoint has its own. Leave one of the two out.");
            }
        });
        verb.KeepApart([pretrain._checkpoint], pretrain._output);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var context = run.NewContext(_recipe.Seed(arguments));
        var output = OutputFile.PrepareCheckpointFolder(arguments.GetRequiredValue(_output).ToString());
        var encoder = Encoder(arguments, out var hasDecoder);
        if (hasDecoder && arguments.GetResult(_decoderBlocks) is { Implicit: false })
            throw new InvalidOperationException(
                $"{_decoderBlocks.Name} is of a new decoder; {arguments.GetValue(_checkpoint)} has its own. Leave it out.");
        var clips = Load(context, run, encoder);
        run.TellOfTraining(context);
        using var model = TrainingDisplay.Show(
            run, "Pretraining", Options(arguments, encoder), options => context.Transforms.PretrainVideoMae(options).Fit(clips));
        model.SaveCheckpoint(output);
        var epochs = model.TrainingHistory;
        run.Console.WriteLine($"Checkpoint: {output}, loss {epochs[^1].TrainingLoss:0.0000}");
        return new VerbResult(new { Epochs = epochs.Select(epoch => new { Loss = epoch.TrainingLoss }), Checkpoint = output });
    }

    private IDataView Load(MLContext context, VerbRun run, VideoMaeConfiguration encoder)
    {
        var arguments = run.Arguments;
        var paths = new List<string>();
        if (_data.Folder(arguments) is not null)
            paths.AddRange(Paths(_data.Load(context, arguments, Ucf101Subset.Train)));
        if (arguments.GetValue(_videos) is { Length: > 0 } folders)
            paths.AddRange(Paths(VideoFolder.Load(context, [.. folders.Select(folder => folder.FullName)])));
        var rows = context.Data.LoadFromEnumerable(paths.Select(path => new Ucf101Video { VideoPath = path }).ToList());
        return context.Transforms.LoadVideo(options: new VideoLoadingOptions
        {
            FrameCount = encoder.FrameCount,
            SamplingRate = arguments.GetValue(_samplingRate),
            Size = encoder.ImageSize,
            Sampling = FrameSampling.RandomStartAndRate,
            OnError = _data.OnError(arguments),
        }).Fit(rows).Transform(rows);

        static IEnumerable<string> Paths(IDataView view) => view.GetColumn<string>("VideoPath");
    }

    /// <summary>The geometry of the checkpoint or of a new model, with the frames and the size that are asked for.</summary>
    private VideoMaeConfiguration Encoder(ParseResult arguments, out bool hasDecoder)
    {
        const int HeadWidth = 32;
        var width = arguments.GetValue(_width);
        using var checkpoint = arguments.GetValue(_checkpoint) is { } path ? VideoMaeCheckpoint.Open(path) : null;
        hasDecoder = checkpoint?.Decoder.Count > 0;
        var encoder = checkpoint?.Configuration ?? new VideoMaeConfiguration
        {
            FrameCount = 8,
            ImageSize = 64,
            PatchSize = arguments.GetValue(_patch),
            Width = width,
            BlockCount = arguments.GetValue(_blocks),
            HeadCount = Math.Max(1, width / HeadWidth),
            MlpWidth = 4 * width,
        };
        return encoder with
        {
            FrameCount = arguments.GetValue(_frames) ?? encoder.FrameCount,
            ImageSize = arguments.GetValue(_size) ?? encoder.ImageSize,
        };
    }

    private VideoMaePretrainingOptions Options(ParseResult arguments, VideoMaeConfiguration encoder)
    {
        var checkpoint = arguments.GetValue(_checkpoint);
        return _recipe.Adapt(new VideoMaePretrainingOptions(), arguments) with
        {
            Checkpoint = checkpoint,
            NewModel = checkpoint is null ? encoder : null,
            Decoder = VideoMaeDecoderConfiguration.For(encoder, arguments.GetValue(_decoderBlocks)),
            MaskRatio = arguments.GetValue(_maskRatio),
            ResumeFolder = arguments.GetValue(_resume)?.FullName,
            LogFolder = arguments.GetValue(_log)?.FullName,
        };
    }

    private static Option<int> Number(string name, string description, int value) => CommonOptions.Checked(
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => value }, number => number >= 1, "must be at least 1");
}
