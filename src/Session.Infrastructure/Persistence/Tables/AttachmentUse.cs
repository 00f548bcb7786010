namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A message that refers to an attachment.</summary>
public sealed class AttachmentUse
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required long Sequence { get; init; }

    public required Guid AttachmentId { get; init; }
}
