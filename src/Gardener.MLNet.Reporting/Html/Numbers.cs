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

    /// <summary>A share with four digits.</summary>
    public static string Share(double? value) => Write(value, "0.0000");

    /// <summary>A share of 1 in percent, with the range of seeds where there is one.</summary>
    public static string Percent(SeedStatistic value) => value.Lowest == value.Highest
        ? Write(100 * value.Mean, "0.00")
        : $"{Write(100 * value.Mean, "0.00")} [{Write(100 * value.Lowest, "0.0")}, {Write(100 * value.Highest, "0.0")}]";
}
