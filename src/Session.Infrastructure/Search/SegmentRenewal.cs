using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Messages;

namespace SessionService.Infrastructure.Search;

/// <summary>Makes segments whose words are of an older folding anew, from the messages themselves.</summary>
internal sealed class SegmentRenewal(DigestDataSource dataSource, MessageIndexer indexer, SearchIndex index) : IFoldedData
{
    /// <summary>
    /// The first segment of user $1 that is of a folding before version $2. Those of a later one are another instance's to make.
    /// </summary>
    public const string FindOld =
        "SELECT segment_id FROM dev.search_segments WHERE user_id = $1 AND folding < $2 ORDER BY segment_id LIMIT 1";

    private const string FindUser = "SELECT user_id FROM dev.search_segments WHERE user_id > $1 AND folding < $2 ORDER BY user_id LIMIT 1";

    private const string TryLock = $"SELECT pg_try_advisory_xact_lock({SessionDigest.UserLock})";

    // Each may be of the greatest length.
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

    /// <summary>Makes one segment of a user's anew. False where somebody else is at the user's index, or none is left.</summary>
    public async Task<bool> RenewOneAsync(string userId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ReadFirstAsync<bool>(connection, TryLock, cancellationToken, Text(userId)) is not true
            || await ReadFirstAsync<Guid>(connection, FindOld, cancellationToken, Text(userId), Version()) is not { } id
            || await index.ReadAsync(connection, userId, [id], cancellationToken) is not [var segment])
        {
            return false;
        }

        var renewed = new SegmentBuilder();
        foreach (var some in segment.Messages.Chunk(MessagesAtOnce))
        {
            var messages = await ReadAsync(connection, userId, some, cancellationToken);
            await indexer.AddAsync(renewed, messages, isForNow: false, connection, cancellationToken);
        }

        if (!await SearchSegments.TryReplaceAsync(connection, userId, segment, renewed, cancellationToken))
        {
            return false;
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The messages that are still there and say something, in the order in which the segment has them.</summary>
    private static async Task<IReadOnlyList<SessionMessage>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<IndexedMessage> indexed, CancellationToken cancellationToken)
    {
        var positions = indexed.Select(message => new MessagePosition(message.SessionId, message.Sequence)).ToList();
        var found = (await MessageReader.FindAsync(connection, userId, positions, cancellationToken))
            .ToDictionary(message => new MessagePosition(message.SessionId, message.Sequence));
        return
        [
            .. positions.Select(position => found.GetValueOrDefault(position)).OfType<SessionMessage>()
                .Where(message => message.Content.Length > 0),
        ];
    }

    private async Task<string?> FindUserAsync(string after, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, FindUser, Text(after), Version());

        // Where none is left, every segment is looked at.
        command.CommandTimeout = 0;
        await command.PrepareAsync(cancellationToken);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<T?> ReadFirstAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
        where T : struct
    {
        await using var command = Command(connection, sql, parameters);
        await command.PrepareAsync(cancellationToken);
        return (T?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params NpgsqlParameter[] parameters)
    {
#pragma warning disable CA2100 // One of three constant texts.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter<string> Text(string text) => new() { TypedValue = text };

    private static NpgsqlParameter<int> Version() => new() { TypedValue = TextFolding.Version };
}
