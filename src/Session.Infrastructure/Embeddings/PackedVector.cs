using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Vectors as they are stored: a signed byte a dimension, the largest number as 127 or -127. The scale is not kept: for the cosine, which is all
/// that vectors are compared by, there is none.
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

    /// <summary>Brings a vector to length 1, where it has a length.</summary>
    public static void Normalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }
    }

    /// <summary>The cosine between a vector of length 1 and each of those that are packed one after the other; 0 with one of length 0.</summary>
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
