using System.Buffers.Text;
using System.Security.Cryptography;

namespace SessionService.Application.Paging;

/// <summary>Places in lists as text, for the client to give back as it came, with the filters and the order it came with.</summary>
/// <remarks>
/// The text is base64url of version, place and a checksum over these and over what tells the list from others. The checksum finds what was
/// garbled or belongs to another list. It is no signature, and need not be: a place gives access to nothing, the list is the caller's own.
/// </remarks>
internal static class CursorText
{
    private const int LeastChecksumBytes = 5;

    /// <param name="version">Of the form of the place.</param>
    /// <param name="list">What tells this list from others.</param>
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

    /// <summary>Reads the place from a text; false where that is no cursor of this list.</summary>
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

    // A multiple of three: base64 without padding has one spelling for each value then.
    private static int LengthOf(int place) => (1 + place + LeastChecksumBytes + 2) / 3 * 3;
}
