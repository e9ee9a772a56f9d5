namespace GardenerML.Samples.Motion;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Our own because
/// the same seed must give the same clips with every version of .NET.
/// </summary>
internal struct MotionRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed that depends on every part, and on their order.</summary>
    public static ulong Combine(ulong seed, params ReadOnlySpan<int> parts)
    {
        foreach (var part in parts)
            seed = new MotionRandom(seed ^ ((ulong)(uint)part << 17)).NextBits();
        return seed;
    }

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public float Uniform(float low, float high) => low + ((high - low) * ((NextBits() >> 40) * (1f / (1 << 24))));

    /// <summary>Uniform in 0 .. <paramref name="count"/> - 1.</summary>
    public int Index(int count) => (int)(NextBits() >> 33) % count;
}
