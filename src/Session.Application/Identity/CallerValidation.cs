using FluentValidation;

namespace SessionService.Application.Identity;

/// <summary>Tells validators whether the request names its caller. Some fields are required only where it does not.</summary>
public static class CallerValidation
{
    private const string Key = "NamesCaller";

    public static void SetNamesCaller(this IValidationContext context, bool namesCaller) => context.RootContextData[Key] = namesCaller;

    internal static bool NamesCaller(this IValidationContext context) =>
        context.RootContextData.TryGetValue(Key, out var value) && value is true;
}
