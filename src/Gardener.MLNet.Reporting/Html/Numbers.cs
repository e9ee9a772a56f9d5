using System.Globalization;

namespace GardenerML.Reporting.Html;

/// <summary>Numbers as text, alike everywhere.</summary>
internal static class Numbers
{
    public const string Missing = "-";

    /// <summary>A number; a dash where it is not known.</summary>
    public static string Write(double? value, string format) => value switch
    {
        null or double.NaN => Missing,
        double.PositiveInfinity => "infinite",
        double.NegativeInfinity => "-infinite",
        { } number => number.ToString(format, CultureInfo.InvariantCulture),
    };

    /// <summary>A number of things, such as "1 trial" or "3 trials".</summary>
    public static string Count(int count, string thing) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {thing}{(count == 1 ? "" : "s")}";

    /// <summary>A share with four digits.</summary>
    public static string Share(double? value) => Write(value, "0.0000");

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => Write(100 * share, "0.00");
}
