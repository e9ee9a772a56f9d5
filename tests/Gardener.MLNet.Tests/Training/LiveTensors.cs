using TorchSharp;

namespace GardenerML.Tests.Training;

internal static class LiveTensors
{
    /// <summary>
    /// Tensors that this thread made and nobody has disposed; what only a finaliser frees counts as alive. Tensor.TotalCount
    /// will not do: it counts the empty shell of every Parameter for ever.
    /// </summary>
    public static long Count => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
