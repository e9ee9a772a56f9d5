using System.Diagnostics;
using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Training;

/// <summary>Chooses what matrix products are computed in.</summary>
internal static class PrecisionChoice
{
    /// <summary>Multiply-adds below which a model is not measured: launching its kernels takes longer than computing them.</summary>
    private const double SmallGigaFlops = 0.1;

    /// <summary>The precision that is used.</summary>
    /// <param name="wanted">What the options say.</param>
    /// <param name="step">What is trained; its model is measured where the choice is left open, and stays as it is.</param>
    public static Precision Resolve(Precision wanted, TrainingStep step)
    {
        if (wanted != Precision.Auto)
            return wanted;
        if (step.GigaFlops < SmallGigaFlops)
            return Precision.Float32;
        var before = step.ComputeType;
        try
        {
            return FasterPrecision.IsBFloat16(() => Measure(step, Precision.Float32), () => Measure(step, Precision.BFloat16))
                ? Precision.BFloat16
                : Precision.Float32;
        }
        finally
        {
            step.ComputeType = before;
            foreach (var parameter in step.Model.parameters())
                parameter.grad = null;
        }
    }

    /// <summary>The type of tensors of a precision.</summary>
    public static ScalarType TypeOf(Precision precision) =>
        precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    private static TimeSpan Measure(TrainingStep step, Precision precision)
    {
        using var scope = NewDisposeScope();
        step.ComputeType = TypeOf(precision);
        var start = Stopwatch.GetTimestamp();
        var loss = step.Rehearse();
        loss.backward();
        // Waits for the device.
        loss.ToNumber();
        foreach (var parameter in step.Model.parameters().Take(1))
            parameter.grad?.sum().ToNumber();
        return Stopwatch.GetElapsedTime(start);
    }
}
