using SessionService.Domain.Text;

namespace SessionService.Domain.Identity;

/// <summary>User ids are opaque text of 1 to 255 characters, without white space around them.</summary>
public static class UserIds
{
    /// <summary>In Unicode code points, as <c>character varying(255)</c> counts.</summary>
    public const int MaxLength = 255;

    /// <summary>Brings an id into the one form in which it is stored and compared; <see langword="null"/> when it is blank.</summary>
    public static string? Normalize(string? value)
    {
        var trimmed = value?.Trim();
        return string.IsNullOrEmpty(trimmed) ? null : trimmed;
    }

    /// <summary>Why a normalized id cannot be stored, or <see langword="null"/> when it can.</summary>
    public static string? Refuse(string value)
    {
        // A code point takes at most two chars: a longer text need not be counted.
        if (value.Length > 2 * MaxLength || value.EnumerateRunes().Count() > MaxLength)
        {
            return $"must be at most {MaxLength} characters long";
        }

        return StorableText.Refuse(value);
    }
}
