using System.CommandLine;
using GardenerML.Checkpoints;
using GardenerML.Onnx;
using GardenerML.Pruning;
using GardenerML.Samples.Onnx;
using GardenerML.Training;
using GardenerML.Video;
using GardenerML.VideoMae;
using Spectre.Console;

namespace GardenerML.Samples.CommandLine;

/// <summary><c>onnx MODEL -o MODEL.onnx</c>: writes the classifier for ONNX Runtime, pruned if asked to, and compares the two.</summary>
internal sealed class OnnxVerb
{
    private readonly Argument<string> _model = new("model")
    {
        Description = "The model zip; or a checkpoint with a classification head: a folder, .safetensors, .pth or .bin file, Hugging Face id, or videomae-tiny.",
    };

    private readonly Option<PruningCriterion> _criterion = CriterionOption.Make();
    private readonly Option<ComputeDevice> _device = CommonOptions.Device();
    private readonly TargetOptions _target;

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

    private OnnxVerb() => _target = new TargetOptions(_device, required: false);

    public static Command Make()
    {
        var onnx = new OnnxVerb();
        var verb = VerbRun.Verb("onnx",
            "Exports a saved model to ONNX; or a checkpoint, without the blocks that --ratio or another target removes, such as "
            + "onnx videomae-tiny --ratio 0.25 -o pruned.onnx. Example: onnx model.zip -o model.onnx",
            run => Task.Run(() => onnx.Run(run)));
        verb.Add(onnx._model);
        foreach (var option in (Option[])[onnx._frames, onnx._logits, onnx._half, onnx._scoringZip])
            verb.Add(option);
        onnx._target.AddTo(verb);
        foreach (var option in (Option[])[onnx._criterion, onnx._device, onnx._output])
            verb.Add(option);
        verb.Validators.Add(result =>
        {
            if (onnx._target.Fault(result, onnx._criterion) is { } fault)
                result.AddError(fault);
            if (result.GetResult(onnx._device) is { Implicit: false } && !onnx._target.NamesLatency(result))
                result.AddError("--device is where --latency is measured; leave it out, or say how long a clip may take: --latency MILLISECONDS.");
            if (result.GetResult(onnx._scoringZip) is not null
                && (onnx._target.IsNamed(result) || result.GetResult(onnx._model) is { Tokens: [var model] } && !IsZip(model.Value)))
                result.AddError("--scoring-zip needs a model zip as it was trained: a checkpoint does not tell how videos are loaded.");
        });
        verb.KeepApart([onnx._model], onnx._output, onnx._scoringZip);
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
        var model = arguments.GetRequiredValue(_model);
        return IsZip(model) && !_target.IsNamed(arguments.CommandResult)
            ? OfModel(run, new FileInfo(model), output, options)
            : OfCheckpoint(run, model, output, options);
    }

    /// <summary>What ends so is a model zip for everything that opens checkpoints too.</summary>
    private static bool IsZip(string model) => model.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    private VerbResult OfModel(VerbRun run, FileInfo file, string output, OnnxExportOptions options)
    {
        var zip = run.Arguments.GetValue(_scoringZip) is { } named ? OutputFile.Prepare(named) : null;
        var context = run.NewContext(seed: null);
        var model = SavedModel.Load(context, file);
        using var owned = model as IDisposable;
        var steps = SavedModel.Steps(model).ToList();
        var classifier = steps.OfType<VideoClassifierTransformer>().LastOrDefault()
            ?? throw new InvalidOperationException(
                $"The model has no video classifier; its steps are {string.Join(", ", steps.Select(step => step.GetType().Name))}.");
        var loading = steps.OfType<VideoLoadingTransformer>().LastOrDefault();
        if (zip is not null && loading is null)
            throw new InvalidOperationException("The model loads no videos, so there is no pipeline from path to label.");

        var result = Compare(run, classifier.ExportOnnx(output, options), classifier.Model, options);
        if (zip is not null)
        {
            ScoringPipeline.Save(context, loading!, classifier, zip, options);
            run.Console.WriteLine($"Written: {zip}");
        }
        return result;
    }

    private VerbResult OfCheckpoint(VerbRun run, string path, string output, OnnxExportOptions options)
    {
        var arguments = run.Arguments;
        PruningPlan? plan = null;
        if (_target.IsNamed(arguments.CommandResult))
        {
            plan = Gardener.PlanPruning(
                new PruningOptions
                {
                    Checkpoint = path,
                    Criterion = arguments.GetRequiredValue(_criterion),
                    Target = _target.Target(arguments, () => options.WeightType),
                    Protected = _target.Protected(arguments),
                    MinimumKept = _target.MinimumKept(arguments),
                },
                run.Cancellation);
            run.Progress.WriteLine(plan.ToString());
        }
        using var checkpoint = VideoMaeCheckpoint.Open(path);
        plan?.CheckFits(checkpoint);
        using var model = VideoMaeClassifier.Load(checkpoint, plan?.Kept);
        return Compare(run, OnnxExport.ExportClassifier(model, checkpoint, output, plan, options), model, options);
    }

    private static VerbResult Compare(VerbRun run, OnnxModel exported, VideoMaeClassifier model, OnnxExportOptions options)
    {
        var difference = OnnxAgreement.MaxDifference(exported, model, options);
        var data = exported.DataPath is { } weights ? $" with its weights in {weights}" : "";
        run.Console.WriteLine($"Written: {exported.Path}{data}; it differs from the model by at most {difference:0.0e0}.");
        return new VerbResult(new Export(exported.Path, exported.DataPath, exported.Opset, exported.Inputs, exported.Outputs, difference));
    }

    private sealed record Export(
        string Path, string? DataPath, int Opset, IReadOnlyList<OnnxValue> Inputs, IReadOnlyList<OnnxValue> Outputs, double MaxDifference);
}
