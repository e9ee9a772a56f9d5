namespace GardenerML.Training;

/// <summary>Random numbers in [0, 1] from the symmetric distribution Beta(a, a).</summary>
internal static class BetaDistribution
{
    /// <summary>Draws one: x / (x + y) with two numbers of the distribution Gamma(a).</summary>
    public static double Sample(double a, Random random)
    {
        var x = LogGamma(a, random);
        // exp of the difference: with a small a both numbers may be too small for a double.
        return 1 / (1 + Math.Exp(LogGamma(a, random) - x));
    }

    /// <summary>A standard normal number (Box and Muller).</summary>
    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Marsaglia and Tsang, A Simple Method for Generating Gamma Variables (2000); for a < 1, Gamma(a + 1) times u^(1/a).
    private static double LogGamma(double a, Random random)
    {
        if (a < 1)
            return LogGamma(a + 1, random) + Math.Log(1 - random.NextDouble()) / a;
        var d = a - 1.0 / 3;
        while (true)
        {
            var x = Normal(random);
            var v = 1 + x / Math.Sqrt(9 * d);
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < x * x / 2 + d * (1 - v + Math.Log(v)))
                return Math.Log(d * v);
        }
    }
}
