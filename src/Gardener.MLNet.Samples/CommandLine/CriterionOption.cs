using System.CommandLine;
using System.CommandLine.Parsing;
using GardenerML.Pruning;

namespace GardenerML.Samples.CommandLine;

/// <summary>The option that names a criterion.</summary>
internal static class CriterionOption
{
    public static Option<PruningCriterion> Make() => new("--criterion")
    {
        Description = "What decides which blocks go first: entropy, kurtosis, l1, random:SEED, ...; a wrong name lists them all.",
        DefaultValueFactory = _ => PruningCriterion.Entropy,
        CustomParser = result => Parse(result, result.Tokens[0].Value),
    };

    /// <summary>The option that names one or several.</summary>
    public static Option<PruningCriterion[]> MakeList() => new("--criterion")
    {
        Description = "What decides which blocks go first: entropy, kurtosis, l1, random:SEED, ...; several are all tried: entropy,l1.",
        DefaultValueFactory = _ => [PruningCriterion.Entropy],
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        [
            .. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))
                .Select(name => Parse(result, name)).OfType<PruningCriterion>(),
        ],
    };

    public static PruningCriterion? Parse(SymbolResult result, string name)
    {
        try
        {
            return PruningCriterion.Parse(name);
        }
        catch (ArgumentException e)
        {
            result.AddError(ErrorText.Message(e));
            return null;
        }
    }
}
