using System.Buffers;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>Whole numbers in as few bytes as they need, seven bits in each; the highest bit says that more follow.</summary>
internal static class Varints
{
    private const int MaxBytes = 19;

    public static void WriteVarint(this IBufferWriter<byte> writer, UInt128 value)
    {
        var bytes = writer.GetSpan(MaxBytes);
        var count = 0;
        while (value >= 0x80)
        {
            bytes[count++] = (byte)((byte)value | 0x80);
            value >>= 7;
        }

        bytes[count++] = (byte)value;
        writer.Advance(count);
    }

    /// <summary>A number that may be negative: small ones of either sign stay short.</summary>
    public static void WriteSigned(this IBufferWriter<byte> writer, long value) =>
        writer.WriteVarint((ulong)((value << 1) ^ (value >> 63)));
}

/// <summary>Reads what <see cref="Varints"/> wrote.</summary>
internal ref struct VarintReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>How far it has read.</summary>
    public int Position { get; private set; }

    public byte ReadByte() => _bytes[Position++];

    public ReadOnlySpan<byte> Read(int count)
    {
        var read = _bytes.Slice(Position, count);
        Position += count;
        return read;
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    public UInt128 ReadLongVarint()
    {
        UInt128 value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = ReadByte();
            value |= (UInt128)(part & 0x7Fu) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    public int ReadLength() => checked((int)ReadVarint());

    public long ReadSigned()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
