namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A piece of the bytes of an attachment that is kept in the database.</summary>
public sealed class AttachmentPiece
{
    public required string UserId { get; init; }

    public required Guid AttachmentId { get; init; }

    /// <summary>0, 1, 2 …</summary>
    public required int Piece { get; init; }

    public required byte[] Bytes { get; init; }
}
