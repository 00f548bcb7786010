namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>A decimal as its digits, without zeros at the end of a fraction, and where the point and the sign stand.</summary>
internal readonly struct ExactDecimal
{
    private const byte Negative = 0x80;

    // Dividing by one of 28 places makes decimal drop the zeros at the end.
    private const decimal One = 1.0000000000000000000000000000m;

    public ExactDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value / One, bits);
        Digits = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        Form = (byte)((bits[3] >> 16) | (bits[3] < 0 ? Negative : 0));
    }

    /// <summary>All digits as one whole number.</summary>
    public UInt128 Digits { get; }

    /// <summary>How many of the digits are a fraction; the highest bit is the sign.</summary>
    public byte Form { get; }

    public static decimal ToDecimal(UInt128 digits, byte form) => new(
        (int)(uint)digits, (int)(uint)(digits >> 32), (int)(uint)(digits >> 64), (form & Negative) != 0, (byte)(form & ~Negative));
}
