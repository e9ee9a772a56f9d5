namespace GardenerML.Training;

/// <summary>Linear warm-up from 0, then half a cosine down to the minimum (SGDR without restarts, arXiv 1608.03983).</summary>
/// <param name="peak">The rate at the end of the warm-up.</param>
/// <param name="minimum">The rate at the end.</param>
/// <param name="warmupSteps">Steps of the warm-up.</param>
/// <param name="stepCount">All steps.</param>
internal sealed class LearningRateSchedule(double peak, double minimum, int warmupSteps, int stepCount)
{
    /// <summary>The rate of a step.</summary>
    /// <param name="step">The step's number, from 0.</param>
    public double At(int step)
    {
        if (step < warmupSteps)
            return peak * (step + 1) / warmupSteps;
        var progress = (step - warmupSteps) / (double)Math.Max(1, stepCount - warmupSteps);
        return minimum + (peak - minimum) * 0.5 * (1 + Math.Cos(Math.PI * progress));
    }
}
