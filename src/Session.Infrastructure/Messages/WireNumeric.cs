using System.Buffers.Binary;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// <c>numeric</c> in the protocol's binary form (PostgreSQL, numeric_send): number of digits, weight of the first digit, sign and scale,
/// two bytes each, and then the digits, of base 10,000.
/// </summary>
internal static class WireNumeric
{
    // So many fit into a long.
    private const int MaxDigits = 4;
    private const int HeadBytes = 8;
    private const int DecimalPlaces = 4;
    private const ushort Negative = 0x4000;

    /// <summary>Reads a number, without padding zeros; false for long numbers and NaN, which are rare.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out decimal number)
    {
        number = 0;
        var digits = BinaryPrimitives.ReadInt16BigEndian(value);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        if (digits == 0 && sign == 0)
        {
            return true;
        }

        // How many of the digits stand after the point.
        var behind = digits - 1 - BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        if (sign is not (0 or Negative) || digits > MaxDigits || behind is < 0 or > MaxDigits)
        {
            return false;
        }

        long mantissa = 0;
        for (var digit = 0; digit < digits; digit++)
        {
            mantissa = (mantissa * 10_000) + BinaryPrimitives.ReadInt16BigEndian(value[(HeadBytes + (sizeof(short) * digit))..]);
        }

        var scale = behind * DecimalPlaces;
        for (; scale > 0 && mantissa % 10 == 0; scale--)
        {
            mantissa /= 10;
        }

        number = new decimal((int)mantissa, (int)(mantissa >> 32), 0, sign == Negative, (byte)scale);
        return true;
    }
}
