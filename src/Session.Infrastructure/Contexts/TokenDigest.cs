using System.Globalization;
using NpgsqlTypes;
using SessionService.Application.Contexts.Tokens;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Contexts;

/// <summary>Counts the tokens of new messages, so that a context need not count long ones again and again.</summary>
internal sealed class TokenDigest(TokenCounter counter) : IDigestParticipant
{
    /// <summary>In place of the count of a message that says its tokens, or that was digested before the service counted.</summary>
    public const int NotCounted = 0;

    // By hand for ON CONFLICT and arrays. The counts of another tokenizer do not stay beside those of this one. Arrays of arrays cannot be
    // unnested, so the counts come as text.
    private const string Write =
        """
        INSERT INTO dev.message_tokens AS t (user_id, session_id, block, tokenizer, counts)
        SELECT $1, i.session_id, i.block, $2, array_fill(0, ARRAY[i.place]) || string_to_array(i.counts, ',')::integer[]
        FROM unnest($3, $4, $5, $6) AS i (session_id, block, place, counts)
        ORDER BY i.session_id, i.block
        ON CONFLICT (user_id, session_id, block) DO UPDATE SET
            tokenizer = excluded.tokenizer,
            counts = CASE
                WHEN t.tokenizer = excluded.tokenizer THEN t.counts || excluded.counts[cardinality(t.counts) + 1:]
                ELSE excluded.counts
            END
        """;

    public Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken)
    {
        var parts = new List<Part>();
        if (counter.IsWorthKeeping)
        {
            foreach (var run in batch.Runs)
            {
                foreach (var messages in run.Messages.GroupBy(message => BlockOf(message.Sequence)))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var place = (int)((messages.First().Sequence - 1) % MessageTokens.Size);
                    var counts = string.Join(',', messages.Select(message => Count(message).ToString(CultureInfo.InvariantCulture)));
                    parts.Add(new Part(run.SessionId, messages.Key, place, counts));
                }
            }
        }

        return Task.FromResult<DigestWrite>((writing, token) => WriteAsync(batch.UserId, parts, writing, token));
    }

    public static int BlockOf(long sequence) => (int)((sequence - 1) / MessageTokens.Size);

    private int Count(SessionMessage message) => message.TokensUsed > 0
        ? NotCounted
        : MessageTokenCounts.OfWords(
            counter, message.Role, message.MessageType, message.Content, message.Metadata, message.Parts);

    private async Task<bool> WriteAsync(string userId, List<Part> parts, Sql sql, CancellationToken cancellationToken)
    {
        if (parts.Count > 0)
        {
            await sql
                .Statement(
                    Write,
                    userId,
                    counter.Name,
                    SqlValue.Column(parts, part => part.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(parts, part => part.Block, NpgsqlDbType.Integer),
                    SqlValue.Column(parts, part => part.Place, NpgsqlDbType.Integer),
                    SqlValue.Column(parts, part => part.Counts, NpgsqlDbType.Text))
                .ExecuteAsync(cancellationToken);
        }

        return true;
    }

    private sealed record Part(Guid SessionId, int Block, int Place, string Counts);
}
