namespace GardenerML.Training;

/// <summary>
/// The random numbers of one epoch or step. They hang on the seed and the numbers of epoch, step and clip alone: nothing has to
/// be remembered to draw them again.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">The epoch's number, from 1; negative for a step.</param>
internal readonly record struct EpochSeed(int Seed, int Epoch)
{
    private const int OrderStream = -1;
    private const int MixingStream = -2;
    private const int DropoutStream = -3;

    /// <summary>The random numbers of an optimiser step.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The step's number over all epochs, from 0.</param>
    public static EpochSeed ForStep(int seed, int step) => new(seed, -1 - step);

    /// <summary>A permutation of the numbers below <paramref name="count"/>.</summary>
    public int[] Order(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        new Random(Mix(OrderStream)).Shuffle(order);
        return order;
    }

    /// <summary>Random numbers for one clip, the same whichever thread draws them.</summary>
    public Random ForClip(int clip) => new(Mix(clip));

    /// <summary>Random numbers for one of the samples that are made of a clip.</summary>
    public Random ForSample(int clip, int sample) => new(Mix(clip, sample + 1));

    /// <summary>Random numbers for mixing the clips of a batch.</summary>
    public Random ForMixing() => new(Mix(MixingStream));

    /// <summary>The seed of what torch draws.</summary>
    public ulong ForDropout() => (uint)Mix(DropoutStream);

    // SplitMix64's finaliser over the numbers: HashCode is seeded anew in each process.
    private int Mix(int clip, int sample = 0)
    {
        var z = (ulong)(uint)Seed << 32 ^ (ulong)(uint)Epoch * 0x9E3779B97F4A7C15 ^ (uint)clip ^ (ulong)sample * 0xD1B54A32D192ED03;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return (int)(z ^ z >> 31);
    }
}
