using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace GardenerML.Samples.CommandLine;

/// <summary>
/// Reads numbers alike in all verbs, and says of what is none which option it is of. Fractions have a decimal point and nothing
/// else: by default a comma would be taken for one between thousands, and 0,001 for 1.
/// </summary>
internal static class NumberParsing
{
    private const string Whole = "a whole number";
    private const string Fraction = "a number, with a decimal point where it is no whole one, as 0.001";

    /// <summary>Sets the parser of each option of a number, in all verbs, that has none of its own.</summary>
    public static void Apply(Command root)
    {
        foreach (var option in root.Subcommands.SelectMany(verb => verb.Options))
        {
            switch (option)
            {
                case Option<int> { CustomParser: null } number:
                    number.CustomParser = result => Parse<int>(result, NumberStyles.AllowLeadingSign, Whole);
                    break;
                case Option<int?> { CustomParser: null } number:
                    number.CustomParser = result => Parse<int>(result, NumberStyles.AllowLeadingSign, Whole);
                    break;
                case Option<long?> { CustomParser: null } number:
                    number.CustomParser = result => Parse<long>(result, NumberStyles.AllowLeadingSign, Whole);
                    break;
                case Option<double> { CustomParser: null } number:
                    number.CustomParser = result => Parse<double>(result, NumberStyles.Float, Fraction);
                    break;
                case Option<double?> { CustomParser: null } number:
                    number.CustomParser = result => Parse<double>(result, NumberStyles.Float, Fraction);
                    break;
            }
        }
    }

    private static T Parse<T>(ArgumentResult result, NumberStyles style, string expected)
        where T : struct, INumber<T>
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var value))
            return value;
        var name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{name} is '{text}'; it must be {expected}.");
        return default;
    }
}
