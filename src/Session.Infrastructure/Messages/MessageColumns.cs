using System.Text;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>The columns of a message that is a row, as every statement lists them.</summary>
internal static class MessageColumns
{
    public const int Count = 10;

    public const string List =
        "sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at, redacted_at";

    /// <summary>In their place, where there is no such row.</summary>
    public const string Absent = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    /// <summary>The message of the row that a reader stands on; its memory is the reader's until that goes on.</summary>
    public static MessageRow Read(NpgsqlDataReader reader, int first) => new()
    {
        Sequence = reader.GetInt64(first),
        MessageId = reader.GetGuid(first + 1),
        Role = reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 2),
        Content = reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 3),
        MessageType = reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 4),
        Metadata = reader.GetFieldValue<ReadOnlyMemory<byte>>(first + 5),
        TokensUsed = reader.GetInt32(first + 6),
        CostUsd = reader.GetDecimal(first + 7),
        CreatedAt = reader.GetDateTime(first + 8),
        RedactedAt = reader.IsDBNull(first + 9) ? null : reader.GetDateTime(first + 9),
    };

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
