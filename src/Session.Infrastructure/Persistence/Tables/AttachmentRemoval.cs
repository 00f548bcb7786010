namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>
/// An object in the bucket or the directory that is to be removed: its attachment is gone, or an upload began that may never end.
/// </summary>
public sealed class AttachmentRemoval
{
    public required string UserId { get; init; }

    public required string ObjectKey { get; init; }

    /// <summary>Not before this time, so that an upload can end.</summary>
    public required DateTimeOffset DueAt { get; init; }
}
