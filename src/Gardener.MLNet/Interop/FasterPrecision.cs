namespace GardenerML.Interop;

/// <summary>Finds out which precision computes faster.</summary>
internal static class FasterPrecision
{
    // How much faster than single precision bfloat16 must be to be chosen by itself: rounding is its price.
    private const double WorthIt = 1.15;

    /// <summary>Whether bfloat16 is so much faster that it is worth its rounding.</summary>
    /// <param name="single">Computes once in single precision, and says how long it took.</param>
    /// <param name="half">The same in bfloat16.</param>
    public static bool IsBFloat16(Func<TimeSpan> single, Func<TimeSpan> half)
    {
        // The first time is a warm-up.
        single();
        half();
        var (singleTime, halfTime) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        // In turn, so that what else the machine does hits both.
        for (var i = 0; i < 2; i++)
            (singleTime, halfTime) = (Least(singleTime, single()), Least(halfTime, half()));
        return halfTime * WorthIt < singleTime;

        static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }
}
