using Microsoft.Extensions.Caching.Memory;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// The paths of conversations with branches that were read last, so that a page need not read a path of thousands of ranges. The statement
/// of the page says whether the path is still the one, see <see cref="KnownPath.IsThatOf"/>.
/// </summary>
internal sealed class KnownPaths : IDisposable
{
    // A range takes 24 bytes in a path: 48 MB in all.
    private const int MaxRanges = 2_000_000;

    // What an entry of the cache takes besides, in ranges.
    private const int EntryRanges = 20;

    private readonly MemoryCache _paths = new(new MemoryCacheOptions { SizeLimit = MaxRanges });
    private readonly DatabasePulses _pulses;

    public KnownPaths(DatabasePulses pulses)
    {
        _pulses = pulses;
        pulses.Interrupted += OnInterrupted;
    }

    public KnownPath? Find(string userId, Guid sessionId) => _paths.Get<KnownPath>((userId, sessionId));

    public void Keep(string userId, Guid sessionId, KnownPath path) =>
        _paths.Set((userId, sessionId), path, new MemoryCacheEntryOptions { Size = EntryRanges + path.Stored.Ranges.Count });

    public void Dispose()
    {
        _pulses.Interrupted -= OnInterrupted;
        _paths.Dispose();
    }

    // Another server may have lost the last transactions of the one before, and given their numbers to others.
    private void OnInterrupted(object? sender, EventArgs e) => _paths.Clear();
}

/// <summary>The path of a conversation as one transaction left it.</summary>
/// <param name="BranchId">The current branch.</param>
/// <param name="Version">The transaction that wrote the row of the branch last (<c>xmin</c>).</param>
/// <param name="Stored">The path in that row.</param>
/// <param name="MessageCount">How many messages the session has, on this path or another.</param>
internal sealed record KnownPath(int BranchId, uint Version, MessagePath Stored, long MessageCount)
{
    /// <summary>The path without the numbers to come.</summary>
    public MessagePath Path { get; } = Stored.Through(MessageCount);

    /// <summary>Whether a session has this path, but for messages that came since.</summary>
    /// <param name="branchId">The session's current branch.</param>
    /// <param name="version">The transaction that wrote the row of the branch last.</param>
    public bool IsThatOf(int branchId, uint version) => branchId == BranchId && version == Version;

    /// <summary>The same path with another number of messages in the session.</summary>
    public KnownPath At(long messageCount) => messageCount == MessageCount ? this : new KnownPath(BranchId, Version, Stored, messageCount);
}
