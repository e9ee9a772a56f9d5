namespace GardenerML.Reporting;

/// <summary>Criteria as tables and figures call them.</summary>
public static class CriterionTitles
{
    /// <summary>The name of the oracle: what the removal of each block was measured to cost.</summary>
    public const string Oracle = "sensitivity";

    /// <summary>The name of the random order.</summary>
    public const string Random = "random";

    /// <summary>The title of a criterion.</summary>
    /// <param name="criterion">Its name, as plans spell it.</param>
    public static string Of(string criterion)
    {
        ArgumentNullException.ThrowIfNull(criterion);
        return criterion switch
        {
            Oracle => "oracle (sensitivity)",
            "mean" => "mean |w|",
            "variance" => "variance of |w|",
            "std" => "std of |w|",
            "l1" => "L1",
            "l2" => "L2",
            _ => criterion.Replace('-', ' '),
        };
    }
}
