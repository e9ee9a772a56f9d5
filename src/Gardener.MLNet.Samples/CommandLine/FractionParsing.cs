using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace GardenerML.Samples.CommandLine;

/// <summary>
/// Reads fractions with a decimal point and nothing else: by default a comma would be taken for one between thousands, and 0,001
/// for 1.
/// </summary>
internal static class FractionParsing
{
    /// <summary>Sets the parser of each option of a fraction, in all verbs, that has none of its own.</summary>
    public static void Apply(Command root)
    {
        foreach (var option in root.Subcommands.SelectMany(verb => verb.Options))
        {
            if (option is Option<double> { CustomParser: null } required)
                required.CustomParser = Parse;
            else if (option is Option<double?> { CustomParser: null } optional)
                optional.CustomParser = result => Parse(result);
        }
    }

    private static double Parse(ArgumentResult result)
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return value;
        var name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{name} is '{text}', which is not a number; write it with a decimal point, as 0.001.");
        return double.NaN;
    }
}
