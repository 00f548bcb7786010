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

    /// <summary>The cosines between a vector of length 1 and each of several packed vectors; 0 for a vector of length 0.</summary>
    public static void Cosines(ReadOnlySpan<float> vector, ReadOnlySpan<byte> packed, Span<float> cosines)
    {
        var numbers = MemoryMarshal.Cast<byte, sbyte>(packed);
        Span<float> row = vector.Length <= 512 ? stackalloc float[vector.Length] : new float[vector.Length];
        for (var i = 0; i < cosines.Length; i++)
        {
            TensorPrimitives.ConvertTruncating<sbyte, float>(numbers.Slice(i * vector.Length, vector.Length), row);
            var squares = TensorPrimitives.SumOfSquares<float>(row);
            cosines[i] = squares > 0 ? TensorPrimitives.Dot(vector, row) / MathF.Sqrt(squares) : 0;
        }
    }
}
