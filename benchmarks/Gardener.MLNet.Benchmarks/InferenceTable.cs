using System.Globalization;
using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Benchmarks;

/// <summary>
/// Scoring of decoded clips by models with random weights, whole and pruned, against the matrix products of the same shapes alone.
/// Arguments: the number of threads (all processors), the rounds (5), and "base" or "tiny" for one of the two models.
/// </summary>
internal static class InferenceTable
{
    private static readonly (string Name, VideoMaeConfiguration Configuration)[] Models =
    [
        ("base, 16 x 224 x 224", BenchmarkModels.Base),
        ("tiny, 8 x 64 x 64", BenchmarkModels.Tiny),
    ];

    public static void Print(string[] arguments)
    {
        if (arguments is [var threads, ..])
            set_num_threads(int.Parse(threads, CultureInfo.InvariantCulture));
        var rounds = arguments is [_, var given, ..] ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        Console.WriteLine($"{get_num_threads()} threads, shortest {(get_num_threads() == 1 ? "processor " : "")}time of {rounds} rounds or more, "
            + "the four shares of pruned blocks and their limits in turn; limit: the matrix products alone");
        Console.WriteLine("| model | type | batch | pruned | GFLOPs a clip | ms a clip | GFLOP/s | of the limit | ONNX Runtime, ms a clip "
            + "| faster than it | faster than whole | GFLOPs ratio |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (name, configuration) in Models)
        {
            if (arguments is [_, _, var only, ..] && !name.StartsWith(only, StringComparison.Ordinal))
                continue;
            foreach (var batch in (int[])[1, 8])
            {
                Print(name, configuration, ScalarType.Float32, batch, rounds);
                Print(name, configuration, ScalarType.BFloat16, batch, rounds);
            }
        }
    }

    private static void Print(string name, VideoMaeConfiguration whole, ScalarType type, int batch, int rounds)
    {
        int[] removed = [0, 25, 50, 75];
        using var scope = NewDisposeScope();
        var frames = randint(
            0, 256, [batch, whole.FrameCount, whole.ImageSize, whole.ImageSize, 3], ScalarType.Byte);
        var models = new List<VideoMaeClassifier>();
        var passes = new List<ScoringPass>();
        var limits = new List<MatrixProducts>();
        var peers = new List<OnnxPeer>();
        var costs = new List<double>();
        foreach (var percent in removed)
        {
            var configuration = whole with { BlockCount = whole.BlockCount * (100 - percent) / 100 };
            var model = BenchmarkModels.WithRandomWeights(configuration);
            models.Add(model);
            passes.Add(new ScoringPass(model, type));
            limits.Add(new MatrixProducts(configuration, batch, whole.TokenCount > 1024 ? 1 : batch, type));
            // Its CPU provider does not compute in bfloat16.
            if (type == ScalarType.Float32)
                peers.Add(new OnnxPeer(model, frames));
            costs.Add(2 * VideoMaeCost.Of(configuration).GigaFlops);
        }
        var times = InTurn.Shortest(rounds, get_num_threads() == 1,
        [
            .. passes.Select<ScoringPass, Action>(pass => () => pass.Forward(frames).Dispose()),
            .. limits.Select<MatrixProducts, Action>(limit => limit.Run),
            .. peers.Select<OnnxPeer, Action>(peer => () => peer.Run()),
        ]);
        for (var i = 0; i < removed.Length; i++)
        {
            double? peer = peers.Count > 0 ? times[2 * removed.Length + i] : null;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {type} | {batch} | {removed[i]}% | {costs[i]:F2} | {1e3 * times[i] / batch:F1} | {costs[i] * batch / times[i]:F0} "
                + $"| {times[removed.Length + i] / times[i]:P0} | {1e3 * peer / batch:F1} | {peer / times[i]:F2} "
                + $"| {times[0] / times[i]:F2} | {costs[0] / costs[i]:F2} |"));
        }
        peers.ForEach(peer => peer.Dispose());
        passes.ForEach(pass => pass.Dispose());
        models.ForEach(model => model.Dispose());
        limits.ForEach(limit => limit.Dispose());
    }
}
