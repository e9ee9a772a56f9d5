namespace GardenerML.Training;

/// <summary>A set of labelled clips, in batches.</summary>
internal interface IClipBatches
{
    /// <summary>How many clips there are.</summary>
    int Count { get; }

    /// <summary>Samples that are made of a clip in an epoch.</summary>
    int Repeats { get; }

    /// <summary>All clips once, in the epoch's order, random parts drawn from its seed.</summary>
    /// <param name="batchSize">Clips in a batch; the last may have fewer.</param>
    /// <param name="seed">The epoch's random numbers.</param>
    /// <param name="skipped">How many batches are left out at the start.</param>
    /// <param name="cancellation">Stops the enumeration.</param>
    IEnumerable<ClipBatch> Epoch(int batchSize, EpochSeed seed, int skipped, CancellationToken cancellation);

    /// <summary>All clips once, in their own order, nothing random.</summary>
    /// <param name="batchSize">Clips in a batch; the last may have fewer.</param>
    /// <param name="cancellation">Stops the enumeration.</param>
    IEnumerable<ClipBatch> InOrder(int batchSize, CancellationToken cancellation);
}
