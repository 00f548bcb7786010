using System.Text;

namespace SessionService.SentenceModel;

/// <summary>
/// A message of Protocol Buffers as a list of its fields, so that the few fields of an ONNX model that the converter changes can be changed
/// without the description of all others. What is not touched is written as it was read.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int BytesType = 2;
    private const int Fixed32Type = 5;

    private readonly List<Field> _fields = [];

    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtobufMessage();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = ReadVarint(bytes.Span, ref at);
            var type = (int)(tag & 7);
            var start = at;
            switch (type)
            {
                case VarintType:
                    ReadVarint(bytes.Span, ref at);
                    break;
                case Fixed64Type:
                    at += sizeof(ulong);
                    break;
                case Fixed32Type:
                    at += sizeof(uint);
                    break;
                case BytesType:
                    var length = (int)ReadVarint(bytes.Span, ref at);
                    start = at;
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"A field has the unknown type {type}.");
            }

            message._fields.Add(new Field((int)(tag >> 3), type, bytes[start..at]));
        }

        return message;
    }

    /// <summary>All values of a field of bytes, text or messages.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> All(int number) => _fields.Where(field => field.Number == number).Select(field => field.Value);

    public IEnumerable<ProtobufMessage> Messages(int number) => All(number).Select(Parse);

    public IReadOnlyList<string> Texts(int number) => [.. All(number).Select(value => Encoding.UTF8.GetString(value.Span))];

    /// <summary>The text of a field; empty where there is none.</summary>
    public string Text(int number) => Texts(number).FirstOrDefault("");

    /// <summary>The integers of a field, one by one or packed.</summary>
    public IReadOnlyList<long> Integers(int number)
    {
        var integers = new List<long>();
        foreach (var field in _fields.Where(field => field.Number == number))
        {
            for (var at = 0; at < field.Value.Length;)
            {
                integers.Add((long)ReadVarint(field.Value.Span, ref at));
            }
        }

        return integers;
    }

    public void Remove(int number) => _fields.RemoveAll(field => field.Number == number);

    public ProtobufMessage Add(int number, ReadOnlyMemory<byte> value)
    {
        _fields.Add(new Field(number, BytesType, value));
        return this;
    }

    public ProtobufMessage Add(int number, string value) => Add(number, Encoding.UTF8.GetBytes(value));

    public ProtobufMessage Add(int number, ProtobufMessage value) => Add(number, value.ToBytes());

    public ProtobufMessage Add(int number, long value)
    {
        using var bytes = new MemoryStream();
        WriteVarint(bytes, (ulong)value);
        _fields.Add(new Field(number, VarintType, bytes.ToArray()));
        return this;
    }

    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        foreach (var (number, type, value) in _fields)
        {
            WriteVarint(bytes, ((ulong)number << 3) | (uint)type);
            if (type == BytesType)
            {
                WriteVarint(bytes, (ulong)value.Length);
            }

            bytes.Write(value.Span);
        }

        return bytes.ToArray();
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static void WriteVarint(MemoryStream bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.WriteByte((byte)(value | 0x80));
        }

        bytes.WriteByte((byte)value);
    }

    private readonly record struct Field(int Number, int Type, ReadOnlyMemory<byte> Value);
}
