namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>
/// A share of the service's totals. Every write adds to one of these rows in its own transaction, and the totals are the sum
/// of the rows: exact at any moment, and as cheap with a million sessions as with ten.
/// </summary>
public sealed class StatisticsCounter
{
    /// <summary>Whose writes the row counts; empty where it counts those of every user, as it does on a single server.</summary>
    public required string UserId { get; init; }

    /// <summary>Writers add to different slots so that they do not wait for each other.</summary>
    public required short Slot { get; init; }

    public long TotalSessions { get; init; }

    /// <summary>Negative where sessions were started through other slots than they were ended through; only the sum counts.</summary>
    public long ActiveSessions { get; init; }

    public long TotalMessages { get; init; }

    public long TotalTokens { get; init; }

    /// <summary>USD.</summary>
    public decimal TotalCost { get; init; }
}
