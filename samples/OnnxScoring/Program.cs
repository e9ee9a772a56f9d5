using Microsoft.ML;

if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: OnnxScoring SCORING.zip VIDEO...");
    return 2;
}
try
{
    var mlContext = new MLContext();
    ITransformer model = Load(mlContext, args[0]); // ONNX Runtime computes; there is no libtorch here
    using var engine = mlContext.Model.CreatePredictionEngine<Clip, Prediction>(model);
    foreach (var video in args[1..])
    {
        var prediction = engine.Predict(new Clip { VideoPath = video });
        Console.WriteLine($"{Path.GetFileName(video)}: {prediction.PredictedLabel} {prediction.Score.Max():0.0000}");
    }
    return 0;
}
catch (Exception e) // there is no such file, or it is no model, or no video
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static ITransformer Load(MLContext mlContext, string zip)
{
    try
    {
        return mlContext.Model.Load(zip, out _);
    }
    catch (Exception e) when (e is not (IOException or UnauthorizedAccessException)) // a model as it was trained, which needs libtorch, or no zip
    {
        throw new InvalidOperationException($"{zip} cannot be loaded: what is wanted is a scoring zip, as onnx --scoring-zip writes it.", e);
    }
}

internal sealed class Clip
{
    public string VideoPath { get; set; } = "";
}

internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = ""; // the name of the class
    public float[] Score { get; set; } = []; // the probability of each class
}
