using GardenerML.Interop;
using static TorchSharp.torch;

namespace GardenerML.Tests.Interop;

/// <summary>Arithmetic of tensors and numbers, while memory is collected all the time.</summary>
[TestClass]
public sealed class TensorNumbersTests
{
    private const int Times = 150_000;

    [TestMethod]
    public void Numbers_live_as_long_as_the_call()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            using var scope = NewDisposeScope();
            var (values, addend) = (zeros(8), ones(8));
            for (var i = 0; i < Times; i++)
                values.PlusInPlace(addend).TimesInPlace(0.5);
            CollectionAssert.AreEqual(Enumerable.Repeat(1f, 8).ToArray(), values.data<float>().ToArray());
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    [TestMethod]
    public void Each_operation_is_its_formula()
    {
        using var scope = NewDisposeScope();
        Check([3, 5], Of(1, 3).Plus(Of(2, 2)));
        Check([1.5f, 3.5f], Of(1, 3).Plus(0.5));
        Check([0.5f, 2.5f], Of(1, 3).PlusInPlace(-0.5));
        Check([5, 7], Of(1, 3).PlusInPlace(Of(2, 2), 2));
        Check([25, 27], Of(1, 3).PlusProductInPlace(Of(2, 2), Of(3, 3), 4));
        Check([3, 5], Of(1, 3).PlusQuotientInPlace(Of(2, 2), Of(4, 4), 4));
        Check([-1, 1], Of(1, 3).MinusInPlace(2));
        Check([4, 12], Of(1, 3).Times(4));
        Check([0.25f, 0.75f], Of(1, 3).DividedInPlace(4));
        Check([7, 7], Of(1, 3).Fill(7));
        Check([1, 2], Of(-4, 3).ClampInPlace(1, 2));
        Check([0, 1], Of(1, 3).IsAtLeast(3).to(ScalarType.Float32));
        Assert.AreEqual(4, Of(1, 3).sum().ToNumber());
        Assert.IsTrue(Of(1, 3).IsFinite());
        Assert.IsFalse(Of(1, float.NaN).IsFinite());
        CollectionAssert.AreEqual(new long[] { 0, 1, 2 }, TensorNumbers.Indices(3, CPU).Times(1L).data<long>().ToArray());

        static Tensor Of(params float[] values) => tensor(values);
        static void Check(float[] expected, Tensor actual) => CollectionAssert.AreEqual(expected, actual.data<float>().ToArray());
    }
}
