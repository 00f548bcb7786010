using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace SessionService.Application.Conversations;

/// <summary>The place of an item in a conversation.</summary>
/// <param name="Sequence">The number of its message.</param>
/// <param name="Index">Which of the message's items, from 0.</param>
public readonly record struct ItemPlace(long Sequence, int Index);

/// <summary>
/// The ids of items that no client named. Each is derived from the conversation and the item's place in it, so it never changes and leads
/// back to the message without a look-up. The type of the item gives the beginning; the rest is 32 hex digits: 16 of a hash of the
/// session's id, 12 of the message's number, 4 of the item's index.
/// </summary>
internal sealed class ItemIds
{
    /// <summary>The length of an id that a client gives.</summary>
    public const int MaxLength = 255;

    private const int HexDigits = 32;
    private const long MaxSequence = 0xFFFF_FFFF_FFFF;

    private readonly string _mark;

    public ItemIds(Guid sessionId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(sessionId.ToByteArray(bigEndian: true), hash);
        _mark = BinaryPrimitives.ReadUInt64BigEndian(hash).ToString("x16", CultureInfo.InvariantCulture);
    }

    public string Of(string type, ItemPlace place) =>
        string.Create(CultureInfo.InvariantCulture, $"{ItemTypes.PrefixOf(type)}_{_mark}{place.Sequence:x12}{place.Index:x4}");

    /// <summary>The place that an id of this form names; <see langword="null"/> for an id that a client gave.</summary>
    public ItemPlace? Read(string id)
    {
        var at = id.LastIndexOf('_') + 1;
        var digits = id.AsSpan(at);
        return at > 0
            && digits.Length == HexDigits
            && digits.StartsWith(_mark, StringComparison.Ordinal)
            && long.TryParse(digits[16..28], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sequence)
            && sequence is > 0 and <= MaxSequence
            && int.TryParse(digits[28..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var index)
                ? new ItemPlace(sequence, index)
                : null;
    }
}
