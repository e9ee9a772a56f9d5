using System.Globalization;
using GardenerML.Training;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Benchmarks;

/// <summary>
/// A step of training by its parts, against the matrix products of forward and backward alone. Arguments: the number of threads (all
/// processors), the rounds (3), and "base" or "tiny" for one of the two models.
/// </summary>
internal static class TrainingTable
{
    private static readonly (string Name, VideoMaeConfiguration Configuration, int Batch)[] Models =
    [
        ("tiny", BenchmarkModels.Tiny, 16),
        ("base", BenchmarkModels.Base, 1),
    ];

    public static void Print(string[] arguments)
    {
        if (arguments is [var threads, ..])
            set_num_threads(int.Parse(threads, CultureInfo.InvariantCulture));
        var rounds = arguments is [_, var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : 3;
        Console.WriteLine($"{get_num_threads()} threads, shortest {(get_num_threads() == 1 ? "processor " : "")}times of {rounds} rounds; "
            + "limit: the matrix products of forward, taken three times");
        Console.WriteLine("| model | type | activations | clips | ms a clip | forward | backward | norm and clipping | AdamW | of the limit |");
        Console.WriteLine("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (name, configuration, batch) in Models)
        {
            if (arguments is [_, _, var only, ..] && name != only)
                continue;
            foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
            {
                foreach (var recompute in (bool[])[false, true])
                    Print(name, configuration, batch, type, recompute, rounds);
            }
        }
    }

    private static void Print(
        string name, VideoMaeConfiguration configuration, int batch, ScalarType type, bool recompute, int rounds)
    {
        using var scope = NewDisposeScope();
        using var model = BenchmarkModels.WithRandomWeights(configuration);
        model.ComputeType = type;
        var weights = TrainedWeight.Of(model, new VideoClassifierOptions());
        using var optimiser = new AdamWOptimizer(weights, 0.9, 0.999);
        using var limit = new MatrixProducts(configuration, batch, configuration.TokenCount > 1024 ? 1 : batch, type);
        var pass = new TrainingPass(model, frozen: 0, dropPath: null, headDropout: null);
        var clips = randn([batch, 3, configuration.FrameCount, configuration.ImageSize, configuration.ImageSize]);
        var labels = randint(0, configuration.ClassCount, [batch], ScalarType.Int64);
        var clock = new PartClock(get_num_threads() == 1);
        var shortest = new double[5];
        Array.Fill(shortest, double.PositiveInfinity);
        for (var round = 0; round <= rounds; round++)
        {
            var times = new List<double>();
            clock.Restart();
            using (NewDisposeScope())
            {
                pass.FromClips(clips, logits =>
                {
                    var loss = nn.functional.cross_entropy(logits, labels);
                    times.Add(clock.Part());
                    return loss;
                }, recompute);
            }
            times.Add(clock.Part());
            Gradients.Clip(weights, Gradients.Norm(weights), 1);
            times.Add(clock.Part());
            optimiser.Step(1e-5);
            optimiser.ClearGradients();
            times.Add(clock.Part());
            limit.Run();
            times.Add(3 * clock.Part());
            // The first round sets up what the others find.
            for (var i = 0; round > 0 && i < shortest.Length; i++)
                shortest[i] = Math.Min(shortest[i], times[i]);
        }
        var step = shortest[..4].Sum();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {type} | {(recompute ? "computed again" : "kept")} | {batch} | {1e3 * step / batch:F1} | {shortest[0] / step:P0} "
            + $"| {shortest[1] / step:P0} | {shortest[2] / step:P1} | {shortest[3] / step:P1} | {shortest[4] / step:P0} |"));
    }
}
