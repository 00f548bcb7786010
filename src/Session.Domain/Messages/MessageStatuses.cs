namespace SessionService.Domain.Messages;

/// <summary>Whether a message is whole.</summary>
public static class MessageStatuses
{
    public const string Completed = "completed";
    public const string InProgress = "in_progress";

    /// <summary>The model stopped before its answer ended.</summary>
    public const string Incomplete = "incomplete";

    public static bool IsKnown(string status) => status is Completed or InProgress or Incomplete;
}
