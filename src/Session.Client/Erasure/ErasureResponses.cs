using System.Collections.ObjectModel;

namespace SessionService.Client;

/// <summary>How much is stored about a user.</summary>
public class UserDataResponse
{
    /// <summary>The user.</summary>
    public string UserId { get; set; } = "";

    /// <summary>Sessions of the user.</summary>
    public long Sessions { get; set; }

    /// <summary>Messages in these sessions.</summary>
    public long Messages { get; set; }

    /// <summary>The user's rows in each table of the database, in all tables that hold anything of a user's.</summary>
    public IReadOnlyDictionary<string, long> Rows { get; set; } = ReadOnlyDictionary<string, long>.Empty;
}

/// <summary>How much belongs to a session.</summary>
public sealed class SessionDataResponse : UserDataResponse
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }
}

/// <summary>What was removed.</summary>
public class ErasureReceiptResponse
{
    /// <summary>The user.</summary>
    public string UserId { get; set; } = "";

    /// <summary>All that was there at this time is gone.</summary>
    public DateTimeOffset ErasedAt { get; set; }

    /// <summary>Sessions that this request removed.</summary>
    public long Sessions { get; set; }

    /// <summary>Messages that were in these sessions.</summary>
    public long Messages { get; set; }

    /// <summary>The rows that this request removed from each table of the database that holds anything of a user's.</summary>
    public IReadOnlyDictionary<string, long> Rows { get; set; } = ReadOnlyDictionary<string, long>.Empty;
}

/// <summary>What was removed with a session.</summary>
public sealed class SessionErasureReceiptResponse : ErasureReceiptResponse
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }
}
