namespace SessionService.Application.Archival;

/// <summary>The retention of unused sessions, by the settings of the section Archival.</summary>
public interface ISessionArchive
{
    /// <summary>Expires, archives and deletes the sessions of all users that are due.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Lists the sessions that are due now.</summary>
    IAsyncEnumerable<DueSession> FindDueAsync(CancellationToken cancellationToken);
}

/// <summary>What is done with a session that is due.</summary>
public enum ArchivalStep
{
    Expire,
    Archive,
    Delete,
}

/// <summary>A session that is due, and the time of its last use.</summary>
public sealed record DueSession(ArchivalStep Step, string UserId, Guid SessionId, string Status, DateTimeOffset Since);
