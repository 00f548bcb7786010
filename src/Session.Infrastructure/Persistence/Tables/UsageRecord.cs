using SessionService.Application.Usage;

namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>What the messages of one quarter of an hour, session, type and model used. Kept by the digest.</summary>
public sealed class UsageRecord
{
    /// <summary>Unicode code points of a model's name that are kept.</summary>
    public const int MaxModelLength = ModelName.MaxLength;

    /// <summary>The owner of the session; empty in the rows that sum up everybody's.</summary>
    public required string UserId { get; init; }

    /// <summary>The beginning of the quarter of an hour in which the messages were created.</summary>
    public required DateTimeOffset QuarterHour { get; init; }

    /// <summary>In the rows that sum up everybody's one of a few ids that belong to no session.</summary>
    public required Guid SessionId { get; init; }

    public required string MessageType { get; init; }

    /// <summary>The text in <c>model</c> of the messages' metadata; empty where there is none.</summary>
    public required string Model { get; init; }

    public long Messages { get; init; }

    public long Tokens { get; init; }

    /// <summary>USD.</summary>
    public decimal Cost { get; init; }
}
