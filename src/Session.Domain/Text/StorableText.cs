using System.Buffers;
using System.Text;

namespace SessionService.Domain.Text;

/// <summary>PostgreSQL stores any Unicode text but U+0000, and UTF-8 has no form for lone surrogates.</summary>
public static class StorableText
{
    /// <summary>Why a text cannot be stored, or <see langword="null"/> when it can.</summary>
    public static string? Refuse(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return "must not contain U+0000";
        }

        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var consumed) != OperationStatus.Done)
            {
                return "must not contain lone surrogates";
            }

            text = text[consumed..];
        }

        return null;
    }
}
