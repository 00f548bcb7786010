using System.Buffers.Text;
using System.Security.Cryptography;

namespace SessionService.Application.Paging;

/// <summary>
/// Writes and reads cursors: places in lists as opaque text. The client returns a cursor with the same filters and order.
/// </summary>
/// <remarks>
/// The text is base64url of a version, the place, and a checksum over both and over the filters of the list. The checksum detects garbled
/// cursors and cursors of other lists. It is no signature, and none is needed: a forged cursor only reaches another place in the caller's
/// own list.
/// </remarks>
internal static class CursorText
{
    private const int LeastChecksumBytes = 5;

    /// <param name="version">The version of the place's format.</param>
    /// <param name="list">The filters and order of the list, as bytes.</param>
    public static string Of(byte version, ReadOnlySpan<byte> place, ReadOnlySpan<byte> list)
    {
        Span<byte> bytes = stackalloc byte[LengthOf(place.Length)];
        bytes[0] = version;
        place.CopyTo(bytes[1..]);
        var checksumAt = 1 + place.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..checksumAt]);
        hash.AppendData(list);
        hash.GetCurrentHash().AsSpan(0, bytes.Length - checksumAt).CopyTo(bytes[checksumAt..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads the place from a cursor; false where the text is no cursor of this list.</summary>
    public static bool TryRead(string text, byte version, Span<byte> place, ReadOnlySpan<byte> list)
    {
        Span<byte> bytes = stackalloc byte[LengthOf(place.Length)];
        if (text.Length != Base64Url.GetEncodedLength(bytes.Length)
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != bytes.Length)
        {
            return false;
        }

        bytes.Slice(1, place.Length).CopyTo(place);
        return string.Equals(text, Of(version, place, list), StringComparison.Ordinal);
    }

    // A multiple of three, so that base64 without padding has exactly one text for each value.
    private static int LengthOf(int place) => (1 + place + LeastChecksumBytes + 2) / 3 * 3;
}
