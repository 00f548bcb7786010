using SessionService.Domain.Text;

namespace SessionService.Application.Attachments;

/// <summary>The names of the files that attachments were.</summary>
public static class AttachmentNames
{
    /// <summary>Characters, counted as PostgreSQL counts them.</summary>
    public const int MaxLength = 255;

    /// <summary>A name without the folders before it; <see langword="null"/> where nothing is left.</summary>
    public static string? Of(string? text)
    {
        var name = text?[(text.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
        return string.IsNullOrEmpty(name) ? null : name;
    }

    /// <summary>Why a name cannot be kept, or <see langword="null"/> when it can.</summary>
    public static string? Refuse(string name) =>
        StorableText.Refuse(name)
        ?? (name.EnumerateRunes().Count() > MaxLength ? $"must be at most {MaxLength} characters long"
            : name.Any(char.IsControl) ? "must not contain control characters"
            : null);
}
