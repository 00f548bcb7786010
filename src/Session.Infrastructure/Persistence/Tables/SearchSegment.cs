namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>An inverted index over some of a user's messages. Never changed: others take its place.</summary>
public sealed class SearchSegment
{
    public required string UserId { get; init; }

    /// <summary>Version 7: segments are in the order of their making.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>How many messages it covers.</summary>
    public required int MessageCount { get; init; }

    /// <summary>The version of the letter folding of its words.</summary>
    public required int Folding { get; init; }

    /// <summary>Dictionary, postings and what is known of each message; not its content.</summary>
    public required byte[] Data { get; init; }
}
