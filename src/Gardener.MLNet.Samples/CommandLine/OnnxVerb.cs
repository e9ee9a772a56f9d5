using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Onnx;
using GardenerML.Samples.Onnx;
using GardenerML.Training;
using GardenerML.Video;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>onnx MODEL.zip -o MODEL.onnx</c>: writes the classifier for ONNX Runtime, and compares the two.</summary>
internal sealed class OnnxVerb
{
    private readonly Argument<FileInfo> _model = new("model") { Description = "The model zip." };

    private readonly Option<bool> _frames = new("--frame-input")
    {
        Description = "The model takes decoded frames (uint8 [batch, frames, height, width, 3]) and normalises them itself.",
    };

    private readonly Option<bool> _logits = new("--logits") { Description = "The model gives logits, not probabilities." };

    private readonly Option<bool> _half = new("--half")
    {
        Description = "Store weights in 16 bits: half the size; they are computed with in 32 bits.",
    };

    private readonly Option<string?> _scoringZip = new("--scoring-zip")
    {
        Description = "Also save a pipeline from path to label that needs ONNX Runtime and no libtorch, as a model zip.",
    };

    private readonly Option<string> _output = new("--output", "-o") { Description = "The file to write.", Required = true };

    public static Command Make()
    {
        var onnx = new OnnxVerb();
        var verb = VerbRun.Verb("onnx",
            "Exports a saved model to ONNX. Example: onnx model.zip -o model.onnx", run => Task.Run(() => onnx.Run(run)));
        verb.Add(onnx._model);
        foreach (var option in (Option[])[onnx._frames, onnx._logits, onnx._half, onnx._scoringZip, onnx._output])
            verb.Add(option);
        return verb;
    }

    private VerbResult Run(VerbRun run)
    {
        var arguments = run.Arguments;
        var options = new OnnxExportOptions
        {
            Input = arguments.GetValue(_frames) ? OnnxInput.Frames : OnnxInput.Clip,
            Softmax = !arguments.GetValue(_logits),
            WeightType = arguments.GetValue(_half) ? TensorType.Float16 : TensorType.Float32,
        };
        var output = OutputFile.Prepare(arguments.GetRequiredValue(_output));
        var zip = arguments.GetValue(_scoringZip) is { } named ? OutputFile.Prepare(named) : null;
        var context = run.NewContext(seed: null);
        var model = SavedModel.Load(context, arguments.GetRequiredValue(_model));
        using var owned = model as IDisposable;
        var steps = SavedModel.Steps(model).ToList();
        var classifier = steps.OfType<VideoClassifierTransformer>().LastOrDefault()
            ?? throw new InvalidOperationException(
                $"The model has no video classifier; its steps are {string.Join(", ", steps.Select(step => step.GetType().Name))}.");
        var loading = steps.OfType<VideoLoadingTransformer>().LastOrDefault();
        if (zip is not null && loading is null)
            throw new InvalidOperationException("The model loads no videos, so there is no pipeline from path to label.");

        var exported = classifier.ExportOnnx(output, options);
        var difference = OnnxAgreement.MaxDifference(exported, classifier.Model, options);
        var data = exported.DataPath is { } weights ? $" with its weights in {weights}" : "";
        run.Console.WriteLine($"Written: {exported.Path}{data}; it differs from the model by at most {difference:0.0e0}.");
        if (zip is not null)
        {
            ScoringPipeline.Save(context, loading!, classifier, zip, options);
            run.Console.WriteLine($"Written: {zip}");
        }
        return new VerbResult(new Export(exported.Path, exported.DataPath, exported.Opset, exported.Inputs, exported.Outputs, difference));
    }

    private sealed record Export(
        string Path, string? DataPath, int Opset, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, double MaxDifference);
}
