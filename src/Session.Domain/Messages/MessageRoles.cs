namespace SessionService.Domain.Messages;

/// <summary>Who speaks in a message.</summary>
public static class MessageRoles
{
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string System = "system";
    public const string Tool = "tool";

    /// <summary>Instructions of the application, as newer models name them.</summary>
    public const string Developer = "developer";

    /// <summary>All of them, for people.</summary>
    public const string Names = $"{User}, {Assistant}, {System}, {Developer}, {Tool}";

    public static bool IsKnown(string role) => role is User or Assistant or System or Tool or Developer;
}
