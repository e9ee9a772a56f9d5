namespace GardenerML.Training;

/// <summary>Checks of options; the message names the option, its value and what it must be.</summary>
internal static class Require
{
    /// <summary>A name that must name a column.</summary>
    public static void NotEmpty(string name, string option)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"{option} is empty; it must name a column.");
    }

    /// <summary>A number with a lower bound.</summary>
    public static void AtLeast(long value, long least, string option)
    {
        if (value < least)
            throw new ArgumentException($"{option} is {value}; it must be at least {least}.");
    }

    /// <summary>A finite number above 0.</summary>
    public static void Above(double value, string option)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentException($"{option} is {value}; it must be above 0{(value > 0 ? " and finite" : "")}.");
    }

    /// <summary>A finite number of at least 0.</summary>
    public static void NotNegative(double value, string option)
    {
        if (!(value >= 0) || !double.IsFinite(value))
            throw new ArgumentException($"{option} is {value}; it must be at least 0.");
    }

    /// <summary>A number in a closed interval.</summary>
    public static void Between(double value, double least, double most, string option)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentException($"{option} is {value}; it must be in [{least}, {most}].");
    }

    /// <summary>A number in [0, 1).</summary>
    public static void Share(double value, string option)
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentException($"{option} is {value}; it must be in [0, 1).");
    }
}
