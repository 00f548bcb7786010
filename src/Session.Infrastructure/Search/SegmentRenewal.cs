using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Replaces segments that an earlier version has made (<see cref="SegmentVersion"/>): indexes their messages again.</summary>
internal sealed class SegmentRenewal(DigestDataSource dataSource, MessageIndexer indexer, SearchIndex index, IUserLocks locks)
    : IFoldedData
{
    /// <summary>
    /// The segments of a user ($1) that an earlier version than the current ($3) has made, with an earlier folding than the current ($4).
    /// Segments of a later version belong to instances of a newer service.
    /// </summary>
    public const string OldSegments =
        "SELECT g.segment_id FROM dev.search_segments AS g WHERE g.user_id = $1 AND g.folding < $3 AND g.folding % 256 < $4";

    // By hand, for the reason that SearchIndex gives.
    private const string FindOld =
        "SELECT segment_id FROM dev.search_segments WHERE user_id = $1 AND folding < $2 ORDER BY folding % 256, segment_id LIMIT 1";

    private const string FindUser =
        "SELECT user_id FROM dev.search_segments WHERE user_id > $1 AND folding < $2 ORDER BY user_id LIMIT 1";

    // Each message may be of the greatest length.
    private const int MessagesAtOnce = 50;

    public async IAsyncEnumerable<int> RenewAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var user = "";
        while (await FindUserAsync(user, cancellationToken) is { } next)
        {
            user = next;
            while (await RenewOneAsync(user, cancellationToken))
            {
                yield return 1;
            }
        }
    }

    /// <summary>
    /// Replaces one segment of a user. False where somebody else works on the user's index, or no segment of an earlier version is left.
    /// </summary>
    /// <remarks>
    /// Runs again where the connection is lost, even where the commit was not answered: a segment that was replaced is not found again.
    /// </remarks>
    public Task<bool> RenewOneAsync(string userId, CancellationToken cancellationToken) =>
        dataSource.Database.OpenAsync(
            async connection =>
            {
                await using (connection)
                {
                    return await RenewOneAsync(connection, userId, cancellationToken);
                }
            },
            cancellationToken);

    private async Task<bool> RenewOneAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var sql = new Sql(connection);
        if (!await locks.TryTakeAsync(sql, userId, UserLockKind.Derived, cancellationToken)
            || await sql.Statement(FindOld, userId, SegmentVersion.Current).ValueAsync<Guid?>(cancellationToken) is not { } id
            || await index.ReadAsync(sql, userId, [id], cancellationToken) is not [var segment])
        {
            return false;
        }

        var renewed = new IndexSegmentBuilder();
        foreach (var some in segment.Messages.Chunk(MessagesAtOnce))
        {
            var messages = await ReadAsync(sql, userId, some, cancellationToken);
            await indexer.AddAsync(renewed, messages, isForNow: false, sql, cancellationToken);
        }

        if (!await SearchSegments.TryReplaceAsync(sql, userId, segment, renewed, cancellationToken))
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Those of the messages that still exist and are not redacted, in the order of the segment.</summary>
    private static async Task<IReadOnlyList<SessionMessage>> ReadAsync(
        Sql sql, string userId, IReadOnlyList<IndexedMessage> indexed, CancellationToken cancellationToken)
    {
        var positions = indexed.Select(message => new MessagePosition(message.SessionId, message.Sequence)).ToList();
        var found = (await MessageReader.FindAsync(sql, userId, positions, cancellationToken))
            .ToDictionary(message => new MessagePosition(message.SessionId, message.Sequence));
        return
        [
            .. positions.Select(position => found.GetValueOrDefault(position)).OfType<SessionMessage>()
                .Where(SearchableText.IsThere),
        ];
    }

    // Where no segment of an earlier version is left, the statement reads the whole table.
    private Task<string?> FindUserAsync(string after, CancellationToken cancellationToken) =>
        dataSource.Database.ReadAsync(
            sql => sql.Statement(FindUser, after, SegmentVersion.Current).WithoutTimeout().ValueAsync<string>(cancellationToken),
            cancellationToken);
}
