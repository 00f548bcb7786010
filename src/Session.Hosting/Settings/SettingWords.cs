using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace SessionService.Hosting.Settings;

/// <summary>Says in words which values a setting may have.</summary>
public static class SettingWords
{
    /// <summary>The end of a sentence that begins with the setting: "must be …".</summary>
    internal static string Allowed(Type type, IReadOnlyCollection<ValidationAttribute> attributes)
    {
        if (attributes.OfType<RangeAttribute>().FirstOrDefault() is { } range)
        {
            return $"must be {Kind(type)} from {Number(range.Minimum)} to {Number(range.Maximum)}";
        }

        if (type.IsEnum)
        {
            return OneOf(Enum.GetNames(type));
        }

        if (type != typeof(string))
        {
            return $"must be {Kind(type)}";
        }

        return attributes.FirstOrDefault(attribute => attribute is RegularExpressionAttribute or StringLengthAttribute) switch
        {
            RegularExpressionAttribute expression => $"must match {expression.Pattern}",
            StringLengthAttribute length => $"must have at most {length.MaximumLength} characters",
            _ => "must not be empty",
        };
    }

    internal static string OneOf(IReadOnlyList<string> words) =>
        $"must be {string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";

    public static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);

    private static string Kind(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(TimeSpan) ? "a time span (days.hours:minutes:seconds)"
        : type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "a number"
        : type == typeof(Uri) ? "an address"
        : "a whole number";

    // A range of time spans is written as text until its first use.
    private static string Number(object limit) =>
        limit is TimeSpan time && time.Ticks % TimeSpan.TicksPerSecond != 0
            ? time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0')
            : Convert.ToString(limit, CultureInfo.InvariantCulture)!;
}
