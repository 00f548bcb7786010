using System.Text;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>The columns of a message that is a row, as every statement lists them.</summary>
internal static class MessageColumns
{
    public const int Count = 10;

    // In the protocol's binary form jsonb is its version and then its text (PostgreSQL, jsonb_send).
    private const int JsonbVersionBytes = 1;

    public const string List =
        "sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at, redacted_at";

    /// <summary>In their place, where there is no such row.</summary>
    public const string Absent = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    /// <summary>
    /// The message of the row that a reader stands on. Its texts are taken as they came, all into one piece of memory: a value of its own for
    /// each, by way of Npgsql's converters, takes three times as long.
    /// </summary>
    public static MessageRow Read(NpgsqlDataReader reader, int first)
    {
        var role = Length(first + 2);
        var content = Length(first + 3);
        var messageType = Length(first + 4);
        var metadata = Length(first + 5);
        var cost = Length(first + 7);
        var bytes = GC.AllocateUninitializedArray<byte>(role + content + messageType + metadata + cost);
        var filled = 0;
        return new MessageRow
        {
            Sequence = reader.GetInt64(first),
            MessageId = reader.GetGuid(first + 1),
            Role = Take(first + 2, role),
            Content = Take(first + 3, content),
            MessageType = Take(first + 4, messageType),
            Metadata = Take(first + 5, metadata)[JsonbVersionBytes..],
            TokensUsed = reader.GetInt32(first + 6),
            CostUsd = WireNumeric.TryRead(Take(first + 7, cost).Span, out var number) ? number : reader.GetDecimal(first + 7),
            CreatedAt = reader.GetDateTime(first + 8),
            RedactedAt = reader.IsDBNull(first + 9) ? null : reader.GetDateTime(first + 9),
        };

        int Length(int column) => (int)reader.GetBytes(column, 0, null, 0, 0);

        ReadOnlyMemory<byte> Take(int column, int length)
        {
            var start = filled;
            filled += (int)reader.GetBytes(column, 0, bytes, start, length);
            return bytes.AsMemory(start, length);
        }
    }

    public static SessionMessage ToMessage(this MessageRow row, string userId, Guid sessionId) => new()
    {
        UserId = userId,
        SessionId = sessionId,
        Sequence = row.Sequence,
        MessageId = row.MessageId,
        Role = Encoding.UTF8.GetString(row.Role.Span),
        Content = Encoding.UTF8.GetString(row.Content.Span),
        MessageType = Encoding.UTF8.GetString(row.MessageType.Span),
        Metadata = Encoding.UTF8.GetString(row.Metadata.Span),
        TokensUsed = row.TokensUsed,
        CostUsd = row.CostUsd,
        CreatedAt = new DateTimeOffset(row.CreatedAt),
        RedactedAt = row.RedactedAt is { } redactedAt ? new DateTimeOffset(redactedAt) : null,
    };
}
