using Npgsql;
using NpgsqlTypes;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Search;

/// <summary>Reads what the index does not hold: the contents of the few messages that are shown.</summary>
internal static class MessageContents
{
    // The length of a text is known without reading it, so what is too much is not read.
    private const string Find =
        """
        SELECT w.content
        FROM (
            SELECT k.position, m.content,
                   sum(coalesce(octet_length(m.content), 0)) OVER (ORDER BY k.position) - coalesce(octet_length(m.content), 0) AS bytes_before
            FROM unnest($2, $3) WITH ORDINALITY AS k (session_id, sequence, position)
            LEFT JOIN dev.session_messages AS m ON m.user_id = $1 AND m.session_id = k.session_id AND m.sequence = k.sequence) AS w
        WHERE w.bytes_before < $4
        ORDER BY w.position
        """;

    /// <summary>
    /// The contents of messages in the order in which they are asked for, at least one, then no more than fit into a number of bytes;
    /// <see langword="null"/> for one that is not there.
    /// </summary>
    public static async Task<IReadOnlyList<string?>> ReadAsync(
        NpgsqlConnection connection, string userId, IReadOnlyList<(Guid SessionId, long Sequence)> messages, long maxBytes, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(Find, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                ArrayParameter.Of(messages, message => message.SessionId, NpgsqlDbType.Uuid),
                ArrayParameter.Of(messages, message => message.Sequence, NpgsqlDbType.Bigint),
                new NpgsqlParameter<long> { TypedValue = maxBytes },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var contents = new List<string?>(messages.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            contents.Add(await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetString(0));
        }

        return contents;
    }
}
