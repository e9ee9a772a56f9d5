namespace GardenerML.Training;

/// <summary>
/// The loss of the first step tells whether a new head starts from nothing: scores near 0 make all classes about equally
/// probable, and the cross entropy then is near ln(classes), however labels are smoothed or mixed.
/// </summary>
internal static class FirstLoss
{
    /// <summary>How far off is too far, in nats.</summary>
    private const double Far = 1;

    /// <summary>What is wrong with a first loss; null for nothing.</summary>
    /// <param name="loss">The mean cross entropy of the first step, in nats, all classes weighted alike.</param>
    /// <param name="classCount">How many classes the head has.</param>
    public static string? Fault(double loss, int classCount)
    {
        var expected = Math.Log(classCount);
        return Math.Abs(loss - expected) <= Far ? null : FormattableString.Invariant(
            $"The head is new, so the loss of the first step should be near ln({classCount}) = {expected:0.00}, but it is {loss:0.00}.")
            + " The features that reach the head are probably not what the checkpoint was trained to make: check that it is whole, and "
            + "the pixels' mean and standard deviation.";
    }
}
