using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// The vector of a question in whole numbers of 16 bits, to be multiplied by packed vectors. Products of whole numbers take a tenth of the
/// time that it takes to make floating-point numbers of the bytes first.
/// </summary>
internal sealed class PackedQuestion
{
    private readonly short[] _numbers;
    private readonly float _scale;

    /// <param name="vector">A vector of length 1, or all zeros.</param>
    public PackedQuestion(ReadOnlySpan<float> vector)
    {
        _numbers = new short[vector.Length];
        var largest = vector.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(vector));
        if (largest == 0)
        {
            return;
        }

        // No sum of products is to overflow 32 bits.
        var most = Math.Min(short.MaxValue, int.MaxValue / sbyte.MaxValue / vector.Length);
        _scale = largest / most;
        for (var i = 0; i < vector.Length; i++)
        {
            _numbers[i] = (short)MathF.Round(vector[i] / _scale);
        }
    }

    public int Dimensions => _numbers.Length;

    /// <summary>The cosines between the question and each of several packed vectors.</summary>
    /// <param name="packed">The vectors, one after the other.</param>
    /// <param name="scales">What <see cref="PackedVector.Scales"/> says of them.</param>
    /// <param name="cosines">The cosines, which are set.</param>
    public void Cosines(ReadOnlySpan<byte> packed, ReadOnlySpan<float> scales, Span<float> cosines)
    {
        var numbers = MemoryMarshal.Cast<byte, sbyte>(packed);
        for (var i = 0; i < cosines.Length; i++)
        {
            cosines[i] = Multiply(numbers.Slice(i * _numbers.Length, _numbers.Length)) * _scale * scales[i];
        }
    }

    private int Multiply(ReadOnlySpan<sbyte> vector)
    {
        ReadOnlySpan<short> question = _numbers;
        var sums = Vector256<int>.Zero;
        var i = 0;
        for (; i <= vector.Length - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
        {
            var numbers = Vector256.Create(question[i..]);
            var widened = Vector128.WidenLower(Vector128.Create(vector[i..]));
            var others = Vector256.Create(widened, Vector128.WidenUpper(Vector128.Create(vector[i..])));
            sums += MultiplyAdd(numbers, others);
        }

        var sum = Vector256.Sum(sums);
        for (; i < vector.Length; i++)
        {
            sum += question[i] * vector[i];
        }

        return sum;
    }

    private static Vector256<int> MultiplyAdd(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(a, b);
        }

        var (lowA, highA) = Vector256.Widen(a);
        var (lowB, highB) = Vector256.Widen(b);
        return (lowA * lowB) + (highA * highB);
    }
}
