using System.Text.RegularExpressions;

namespace SessionService.Domain.Feedback;

/// <summary>The names of feedback. They stand in paths, so a dot does not come first.</summary>
public static partial class FeedbackNames
{
    public const int MaxLength = 64;

    public const string Pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$";

    public const string Rule = "must be 1 to 64 characters of A-Z, a-z, 0-9, _, . and -, and begin with a letter, a digit or _";

    // In .NET the end of a pattern also matches before a last line break.
    public static bool IsValid(string name) => !name.EndsWith('\n') && Valid().IsMatch(name);

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Valid();
}
