using SessionService.Application.Deltas;
using SessionService.Application.Live;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.UnitTests.Live;

public sealed class SessionFeedTests
{
    /// <summary>Followers share pages for a while, so a page that brings nobody further would be asked for without a pause.</summary>
    [Fact]
    public async Task A_page_brings_its_follower_further_also_when_the_message_in_progress_ends_meanwhile()
    {
        var log = new LogThatEnds();
        var feed = new SessionFeed(log, log, log);

        using var page = await feed.ReadAsync(
            "user", Guid.NewGuid(), new SessionPosition(Messages: 0, Deltas: 2, Changes: 0), tag: null, CancellationToken.None);

        Assert.True(page.IsLast || page.To != page.From);
        Assert.True(page.IsGone);
    }

    /// <summary>A session with a message in progress at the first look, which is closed, and erased, before the second.</summary>
    private sealed class LogThatEnds : IMessageReader, IOpenMessageStore, ILiveReader
    {
        private int _looks;

        public Task<LiveState?> FindStateAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
            Task.FromResult(_looks++ == 0 ? new LiveState(Messages: 0, Changes: 0, DateTimeOffset.UnixEpoch, Deltas: 3) : (LiveState?)null);

        public Task<IReadOnlyList<Delta>> ReadAsync(
            string userId, Guid sessionId, long sequence, int from, int take, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Delta>>([]);

        public Task<LiveSession?> FindSessionAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ChangedSessions> FindChangedAsync(
            string userId, DateTimeOffset since, Guid[] named, Guid[] known, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<DeltaResult> AddAsync(NewDeltas deltas, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DeltaResult> FindNextAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<CloseResult> CloseAsync(Closing closing, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> IsOpenAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<MessagePortion?> ReadAsync(
            string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<SessionMessage>> FindAsync(
            string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
