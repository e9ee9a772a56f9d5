namespace GardenerML.Training;

/// <summary>The random numbers of one epoch: the order of the clips, and what is drawn for each clip.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">The epoch's number.</param>
internal readonly record struct EpochSeed(int Seed, int Epoch)
{
    /// <summary>A permutation of the numbers below <paramref name="count"/>.</summary>
    public int[] Order(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new Random(Mix(-1)).Shuffle(order);
        return order;
    }

    /// <summary>Random numbers for one clip, the same whichever thread draws them.</summary>
    public Random ForClip(int clip) => new(Mix(clip));

    // SplitMix64's finaliser over the three numbers: HashCode is seeded anew in each process.
    private int Mix(int clip)
    {
        var z = (ulong)(uint)Seed << 32 ^ (ulong)(uint)Epoch * 0x9E3779B97F4A7C15 ^ (uint)clip;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return (int)(z ^ z >> 31);
    }
}
