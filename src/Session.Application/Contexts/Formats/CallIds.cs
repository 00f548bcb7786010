namespace SessionService.Application.Contexts.Formats;

/// <summary>Gives every call of a context an id of its own that an API takes: the call's own id where that is one.</summary>
/// <param name="maxLength">The API's limit.</param>
/// <param name="isPlain">Whether the API takes only letters of ASCII, digits, <c>_</c> and <c>-</c>.</param>
internal sealed class CallIds(int maxLength, bool isPlain)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <param name="given">The call's own id.</param>
    /// <param name="sequence">The number of its message.</param>
    /// <param name="number">The number of the call in its message.</param>
    public string Take(string? given, long sequence, int number)
    {
        var own = $"call_{sequence}_{number}";
        var id = given is { Length: > 0 } && given.Length <= maxLength && (!isPlain || IsPlain(given)) ? given : own;
        for (var attempt = 0; !_taken.Add(id); attempt++)
        {
            id = $"{own}_{attempt}";
        }

        return id;
    }

    public static bool IsPlain(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
}
