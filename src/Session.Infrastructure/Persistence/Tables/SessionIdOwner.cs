namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>Whose session has an id, in a sharded database.</summary>
public sealed class SessionIdOwner
{
    /// <summary>The id of the session.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>The owner of the session.</summary>
    public required string UserId { get; init; }
}
