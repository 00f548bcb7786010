namespace SessionService.Application.Archival;

/// <summary>What becomes of sessions that nobody uses, by the service's settings.</summary>
public interface ISessionArchive
{
    /// <summary>Lets the sessions of everybody that are due expire, puts them away and deletes them.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Tells what would be done now.</summary>
    IAsyncEnumerable<DueSession> FindDueAsync(CancellationToken cancellationToken);
}

/// <summary>What is to become of a session.</summary>
public enum ArchivalStep
{
    Expire,
    Archive,
    Delete,
}

/// <summary>A session that is due, not used since a time.</summary>
public sealed record DueSession(ArchivalStep Step, string UserId, Guid SessionId, string Status, DateTimeOffset Since);
