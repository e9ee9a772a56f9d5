// The one place where numbers become scalars.
#pragma warning disable RS0030
using TorchSharp;
using static TorchSharp.torch;

namespace GardenerML.Interop;

/// <summary>
/// Arithmetic of tensors and numbers. TorchSharp makes a native scalar of each number, even of the factor 1 of a plain sum, and
/// nothing of its own keeps that alive during the call: a garbage collection at the wrong moment frees it, and the call reads
/// whatever is there then, or throws. Here it lives until the call is over.
/// </summary>
internal static class TensorNumbers
{
    private static readonly Scalar One = 1;

    /// <summary>left + right.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>left + number.</summary>
    public static Tensor Plus(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.add(right, One);
    }

    /// <summary>left += right.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, One);

    /// <summary>left += number.</summary>
    public static Tensor PlusInPlace(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.add_(right, One);
    }

    /// <summary>left += factor * right.</summary>
    public static Tensor PlusInPlace(this Tensor left, Tensor right, double factor)
    {
        using Scalar alpha = factor;
        return left.add_(right, alpha);
    }

    /// <summary>left += factor * first * second.</summary>
    public static Tensor PlusProductInPlace(this Tensor left, Tensor first, Tensor second, double factor)
    {
        using Scalar value = factor;
        return left.addcmul_(first, second, value);
    }

    /// <summary>left += factor * dividend / divisor.</summary>
    public static Tensor PlusQuotientInPlace(this Tensor left, Tensor dividend, Tensor divisor, double factor)
    {
        using Scalar value = factor;
        return left.addcdiv_(dividend, divisor, value);
    }

    /// <summary>left -= number.</summary>
    public static Tensor MinusInPlace(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.sub_(right);
    }

    /// <summary>left * number.</summary>
    public static Tensor Times(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.mul(right);
    }

    /// <summary>left * number, whole where the tensor's numbers are.</summary>
    public static Tensor Times(this Tensor left, long number)
    {
        using Scalar right = number;
        return left.mul(right);
    }

    /// <summary>left *= number.</summary>
    public static Tensor TimesInPlace(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.mul_(right);
    }

    /// <summary>left /= number.</summary>
    public static Tensor DividedInPlace(this Tensor left, double number)
    {
        using Scalar right = number;
        return left.div_(right);
    }

    /// <summary>All numbers become one.</summary>
    public static Tensor Fill(this Tensor values, double number)
    {
        using Scalar value = number;
        return values.fill_(value);
    }

    /// <summary>Brings numbers below the least or above the most to these.</summary>
    public static Tensor ClampInPlace(this Tensor values, double least, double most)
    {
        using Scalar lower = least;
        using Scalar upper = most;
        return values.clamp_(lower, upper);
    }

    /// <summary>Whether numbers are at least a number.</summary>
    public static Tensor IsAtLeast(this Tensor values, double least)
    {
        using Scalar lower = least;
        return values.ge(lower);
    }

    /// <summary>The number of a tensor that has one.</summary>
    public static double ToNumber(this Tensor value)
    {
        using var scalar = value.ToScalar();
        return scalar.ToDouble();
    }

    /// <summary>Whether all values are finite.</summary>
    public static bool IsFinite(this Tensor values)
    {
        using var finite = values.isfinite();
        using var all = finite.all();
        using var scalar = all.ToScalar();
        return scalar.ToBoolean();
    }

    /// <summary>0, 1, ... below a count, as Int64.</summary>
    public static Tensor Indices(long count, Device device)
    {
        using Scalar first = 0;
        using Scalar end = count;
        using Scalar step = 1;
        return arange(first, end, step, ScalarType.Int64, device);
    }
}
