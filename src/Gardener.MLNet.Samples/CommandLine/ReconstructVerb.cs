using System.CommandLine;
using GardenerML.Pretraining;
using GardenerML.Video;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>reconstruct CHECKPOINT FILE... -o FOLDER</c>: pictures of what a pretrained model fills in.</summary>
internal sealed class ReconstructVerb
{
    private readonly Argument<string> _checkpoint = new("checkpoint")
    {
        Description = "A checkpoint of masked pretraining: a folder, a file, a model zip, a Hugging Face id, or videomae-tiny-pretrained.",
    };

    private readonly Argument<FileInfo[]> _files = new("files") { Description = "The videos.", Arity = ArgumentArity.OneOrMore };

    private readonly Option<double> _maskRatio = CommonOptions.MaskRatio();
    private readonly Option<int> _samplingRate = CommonOptions.SamplingRate();
    private readonly Option<int> _seed = CommonOptions.Seed();
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();

    private readonly Option<DirectoryInfo> _output = new("--output", "-o")
    {
        Description = "Where the pictures go: a folder, for a PNG a video; or of one video, the file, which ends in .png.",
        Required = true,
    };

    public static Command Make()
    {
        var reconstruct = new ReconstructVerb();
        var verb = VerbRun.Verb("reconstruct",
            "Draws clips, what a pretrained model sees of them, and what it makes of that. The model predicts pixels without the mean and contrast of their patch, which are those of the original in the picture. Example: reconstruct pretrained clip.avi -o strips",
            run => Task.Run(() => reconstruct.Run(run)));
        verb.Add(reconstruct._checkpoint);
        verb.Add(reconstruct._files);
        foreach (var option in (Option[])[reconstruct._maskRatio, reconstruct._samplingRate, reconstruct._seed, reconstruct._device, reconstruct._output])
            verb.Add(option);
        verb.Validators.Add(result =>
        {
            foreach (var same in (result.GetResult(reconstruct._files)?.Tokens ?? [])
                .GroupBy(token => PictureName(token.Value), StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
                result.AddError(
                    $"{string.Join(" and ", same.Select(token => token.Value))} would all become {same.Key}; name them in calls of their own.");
            if (result.GetResult(reconstruct._output) is { Tokens: [var output] } && IsPicture(output.Value)
                && result.GetResult(reconstruct._files) is { Tokens.Count: > 1 })
                result.AddError($"{output.Value} is one picture, and there are several videos; name a folder.");
        });
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var output = arguments.GetRequiredValue(_output).ToString();
        output = IsPicture(output) ? OutputFile.Prepare(output) : OutputFile.PrepareFolder(output);
        using var model = VideoMaePretrainedTransformer.Open(
            run.NewContext(seed: null), arguments.GetRequiredValue(_checkpoint), new() { Device = arguments.GetValue(_device) });
        var loading = new VideoLoadingOptions
        {
            FrameCount = model.Configuration.FrameCount,
            Size = model.Configuration.ImageSize,
            SamplingRate = arguments.GetValue(_samplingRate),
            Sampling = FrameSampling.Centre,
        };
        var results = new List<Reconstruction>();
        foreach (var file in arguments.GetRequiredValue(_files))
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var result = model.Reconstruct(
                VideoClip.FromFile(file.FullName, loading), arguments.GetValue(_maskRatio), arguments.GetValue(_seed));
            var picture = IsPicture(output) ? output : Path.Combine(output, PictureName(file.Name));
            result.SavePng(picture);
            run.Console.WriteLine($"{picture}: loss {result.Loss:0.000}");
            results.Add(new Reconstruction(file.FullName, picture, result.Loss));
        }
        return new VerbResult(results);
    }

    private static bool IsPicture(string output) => output.EndsWith(".png", StringComparison.OrdinalIgnoreCase);

    private static string PictureName(string video) => Path.GetFileNameWithoutExtension(video) + ".png";

    private sealed record Reconstruction(string File, string Picture, double Loss);
}
