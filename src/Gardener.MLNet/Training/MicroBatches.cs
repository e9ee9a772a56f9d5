using System.Runtime.InteropServices;

namespace GardenerML.Training;

/// <summary>Does a step's work in parts, in smaller ones once the device has run out of memory.</summary>
/// <param name="size">The largest part; null for the whole step.</param>
/// <param name="onSmaller">Told the old and the new size.</param>
internal sealed class MicroBatches(int? size, Action<int, int> onSmaller)
{
    private int _size = size ?? int.MaxValue;

    /// <summary>Runs the work over all samples.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="restart">Called before the first part, and again after memory ran out: what was done is to be forgotten.</param>
    /// <param name="work">Does a part: its first sample, and how many.</param>
    /// <exception cref="InvalidOperationException">The memory does not suffice for one sample.</exception>
    public void Run(int count, Action restart, Action<int, int> work)
    {
        while (true)
        {
            restart();
            try
            {
                for (var start = 0; start < count; start += Math.Min(_size, count - start))
                    work(start, Math.Min(_size, count - start));
                return;
            }
            catch (ExternalException e) when (IsOutOfMemory(e))
            {
                restart();
                var tried = Math.Min(_size, count);
                if (tried == 1)
                    throw new InvalidOperationException(
                        "The device has not enough memory for one clip at a time. Choose fewer frames or a smaller Size in LoadVideo, "
                        + $"a smaller model or, in training with labels, RecomputeActivations. ({e.Message.Split('\n')[0]})", e);
                _size = tried / 2;
                onSmaller(tried, _size);
            }
        }
    }

    // What libtorch says on a GPU; its allocators in main memory on Linux and Windows.
    private static bool IsOutOfMemory(ExternalException error) =>
        error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);
}
