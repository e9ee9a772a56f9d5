using GardenerML.VideoMae;
using static TorchSharp.torch;

namespace GardenerML.Pretraining;

/// <summary>
/// Which tubelets of clips are hidden: the same patches in all time steps, so that nothing can be copied from a neighbouring
/// frame (tube masking, arXiv 2203.12602).
/// </summary>
/// <param name="Visible">The places of visible tubelets of each clip, ascending: [B, n], Int64, in main memory.</param>
/// <param name="Masked">The places of hidden ones, ascending: [B, m].</param>
internal sealed record TubeMask(Tensor Visible, Tensor Masked) : IDisposable
{
    /// <summary>How many patches of a frame are hidden: the ratio's share, rounded down as in MCG-NJU/VideoMAE.</summary>
    /// <exception cref="ArgumentException">None would be hidden, or all.</exception>
    public static int MaskedPatches(VideoMaeConfiguration configuration, double ratio)
    {
        var patches = configuration.PatchesPerSide * configuration.PatchesPerSide;
        var masked = (int)(ratio * patches);
        return masked > 0
            ? masked
            : throw new ArgumentException(
                $"A MaskRatio of {ratio} hides none of the {patches} patches of a frame; it must be at least {1.0 / patches:0.####}.");
    }

    /// <summary>Draws a mask for each of several clips.</summary>
    /// <param name="clips">How many.</param>
    /// <param name="configuration">How a clip is cut into patches.</param>
    /// <param name="ratio">The share of patches that is hidden.</param>
    /// <param name="randomOf">Where the random numbers of a clip come from, by its number.</param>
    public static TubeMask Draw(int clips, VideoMaeConfiguration configuration, double ratio, Func<int, Random> randomOf)
    {
        var patches = configuration.PatchesPerSide * configuration.PatchesPerSide;
        var masked = MaskedPatches(configuration, ratio);
        int[] order;
        var (visiblePlaces, maskedPlaces) = (new List<long>(), new List<long>());
        for (var clip = 0; clip < clips; clip++)
        {
            // From the same order on, so that a clip's mask is that of its random numbers alone.
            order = [.. Enumerable.Range(0, patches)];
            randomOf(clip).Shuffle(order);
            Add(maskedPlaces, order[..masked]);
            Add(visiblePlaces, order[masked..]);
        }
        using var scope = NewDisposeScope();
        return new TubeMask(
            tensor(visiblePlaces.ToArray()).view(clips, -1).DetachFromDisposeScope(),
            tensor(maskedPlaces.ToArray()).view(clips, -1).DetachFromDisposeScope());

        void Add(List<long> places, int[] chosen)
        {
            Array.Sort(chosen);
            for (var time = 0; time < configuration.TimeSteps; time++)
                places.AddRange(chosen.Select(patch => (long)time * patches + patch));
        }
    }

    /// <summary>The masks of some of the clips, on a device; the caller's dispose scope owns them.</summary>
    public (Tensor Visible, Tensor Masked) Of(int start, int count, Device device) =>
        (Visible.narrow(0, start, count).to(device), Masked.narrow(0, start, count).to(device));

    public void Dispose()
    {
        Visible.Dispose();
        Masked.Dispose();
    }
}
