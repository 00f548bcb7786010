namespace SessionService.Application.Archival;

/// <summary>Expires, archives and deletes sessions that nobody uses, by the service's settings.</summary>
public interface ISessionRetention
{
    /// <summary>Expires, archives and deletes the sessions of all users that are due.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>The sessions that are due now.</summary>
    IAsyncEnumerable<DueSession> FindDueAsync(CancellationToken cancellationToken);
}

/// <summary>What happens to a session that is due.</summary>
public enum ArchivalStep
{
    Expire,
    Archive,
    Delete,
}

/// <summary>A session that is due: nobody has used it since a time.</summary>
public sealed record DueSession(ArchivalStep Step, string UserId, Guid SessionId, string Status, DateTimeOffset Since);
