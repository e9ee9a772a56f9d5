namespace GardenerML.Samples.Reproduction;

/// <summary>Criteria as tables and figures call them.</summary>
internal static class CriterionTitles
{
    public static string Of(string criterion) => criterion switch
    {
        RemovalOrder.Oracle => "oracle (sensitivity)",
        "mean" => "mean |w|",
        "variance" => "variance of |w|",
        "std" => "std of |w|",
        "l1" => "L1",
        "l2" => "L2",
        _ => criterion.Replace('-', ' '),
    };
}
