using System.Buffers;

namespace SessionService.Infrastructure.Search;

/// <summary>Whole numbers, seven bits a byte, the lowest first: small ones are short.</summary>
internal static class Varint
{
    private const int MaxBytes = 10;

    public static void Write(ArrayBufferWriter<byte> bytes, long value)
    {
        var span = bytes.GetSpan(MaxBytes);
        var rest = (ulong)value;
        var length = 0;
        while (rest >= 0x80)
        {
            span[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        span[length++] = (byte)rest;
        bytes.Advance(length);
    }

    public static long Read(ReadOnlySpan<byte> bytes, ref int offset)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[offset++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }
    }

    /// <summary>Numbers below zero between those above, so that they are short too.</summary>
    public static long Zigzag(long value) => (value << 1) ^ (value >> 63);

    public static long Unzigzag(long value) => (long)((ulong)value >> 1) ^ -(value & 1);
}
