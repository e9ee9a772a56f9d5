using GardenerML;
using GardenerML.Video;
using Microsoft.ML;
using Microsoft.ML.Data;
using static GardenerML.Gardener;

if (!Directory.Exists("output/quickstart/motion"))
{
    Console.Error.WriteLine("There is no output/quickstart/motion: run the quick start first, from this folder.");
    return 1;
}
var mlContext = new MLContext(seed: 1);
IDataView ucf101 = Ucf101.Load(mlContext, "output/quickstart/motion", subset: Ucf101Subset.Train);
IDataView test = Ucf101.Load(mlContext, "output/quickstart/motion", subset: Ucf101Subset.Test);

var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.Transforms.LoadVideo(options: new() { SamplingRate = 2 })) // path -> clip of every 2nd frame
    .Append(Gardener.Prune(ratio: 0.25)) // data-free block pruning of videomae-tiny, or of the checkpoint you name
    .Append(VideoClassifier(new() { Epochs = 5, LearningRate = 2e-4, Seed = 1 })); // fine-tunes the pruned VideoMAE
using var model = pipeline.Fit(ucf101); // on the GPU where there is one
mlContext.Model.Save(model, ucf101.Schema, "output/model.zip"); // loads with plain mlContext.Model.Load

Console.WriteLine(model.LastTransformer.PruningPlan);
var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test));
Console.WriteLine($"WAR {metrics.MicroAccuracy:0.000}, UAR {metrics.MacroAccuracy:0.000}");

ITransformer loaded = mlContext.Model.Load("output/model.zip", out _);
using var engine = mlContext.Model.CreatePredictionEngine<Clip, Prediction>(loaded);
var clip = test.GetColumn<string>("VideoPath").First();
var prediction = engine.Predict(new Clip { VideoPath = clip });
VBuffer<ReadOnlyMemory<char>> names = default;
engine.OutputSchema["Score"].GetSlotNames(ref names); // the names of the classes, in the order of the keys
Console.WriteLine($"{Path.GetFileName(clip)}: {names.GetItemOrDefault((int)prediction.PredictedLabel - 1)}");
return 0;

internal sealed class Clip
{
    public string VideoPath { get; set; } = "";
    public string Label { get; set; } = ""; // MapValueToKey asks for the column; a new clip has no label
}

internal sealed class Prediction
{
    public uint PredictedLabel { get; set; } // a key: 1 is the first class
    public float[] Score { get; set; } = []; // the probability of each class
}
