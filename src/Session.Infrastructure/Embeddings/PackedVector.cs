using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Vectors as the database stores them: a signed byte for each dimension, with the largest number as 127 or -127. The scale is not stored,
/// because vectors are compared by their cosine alone, which does not depend on it.
/// </summary>
internal static class PackedVector
{
    public static byte[] Pack(ReadOnlySpan<float> vector)
    {
        var packed = new byte[vector.Length];
        var largest = TensorPrimitives.MaxMagnitude(vector);
        if (largest != 0)
        {
            var scale = sbyte.MaxValue / Math.Abs(largest);
            for (var i = 0; i < vector.Length; i++)
            {
                packed[i] = unchecked((byte)(sbyte)MathF.Round(vector[i] * scale));
            }
        }

        return packed;
    }

    /// <summary>Scales a vector to length 1, unless its length is 0.</summary>
    public static void Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }

    /// <summary>For each of several packed vectors 1 divided by its length.</summary>
    /// <param name="packed">The vectors, one after the other.</param>
    /// <param name="dimensions">How many numbers each has.</param>
    /// <param name="ofZeros">The result for a vector of length 0.</param>
    /// <param name="scales">The results, which are set.</param>
    public static void Scales(ReadOnlySpan<byte> packed, int dimensions, float ofZeros, Span<float> scales)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            var squares = 0;
            foreach (var number in MemoryMarshal.Cast<byte, sbyte>(packed.Slice(i * dimensions, dimensions)))
            {
                squares += number * number;
            }

            scales[i] = squares == 0 ? ofZeros : 1 / MathF.Sqrt(squares);
        }
    }
}
