using System.Text;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>The columns of a message that is a row, as every statement lists them.</summary>
internal static class MessageColumns
{
    public const int Count = 13;

    public const string List =
        "sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at, redacted_at, parts, name, "
        + Status;

    /// <summary>The names of the columns, in the same order.</summary>
    public const string Names =
        "sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at, redacted_at, parts, name, status";

    // Nearly all messages have this status, so a null takes less to send and to read.
    private const string Status = $"NULLIF(status, '{MessageStatuses.Completed}') AS status";

    /// <summary>Where in the list the content and the metadata stand.</summary>
    public const int Content = 3;

    /// <inheritdoc cref="Content"/>
    public const int Metadata = 5;

    /// <summary>Nulls in place of the columns, where there is no such row.</summary>
    public const string Absent = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL";

    /// <summary>
    /// The columns with nulls in place of texts that are too long. The database knows the length of a text without reading the text. Of
    /// JSON it knows how long it is as it is stored, which may be compressed. A message whose parts are too long has no content either.
    /// </summary>
    public static string Within(int maxBytes) => maxBytes == int.MaxValue ? List :
        $"""
        sequence, id, role,
        CASE WHEN octet_length(content) <= {maxBytes} AND coalesce(pg_column_size(parts), 0) <= {maxBytes / 4} THEN content END,
        message_type, CASE WHEN pg_column_size(message_metadata) <= {maxBytes / 4} THEN message_metadata END,
        tokens_used, cost_usd, created_at, redacted_at,
        CASE WHEN pg_column_size(parts) <= {maxBytes / 4} THEN parts END, name, {Status}
        """;

    public static MessageRow ToRow(this SessionMessage message) => new()
    {
        MessageId = message.MessageId,
        Sequence = message.Sequence,
        Role = Encoding.UTF8.GetBytes(message.Role),
        Content = Encoding.UTF8.GetBytes(message.Content),
        MessageType = Encoding.UTF8.GetBytes(message.MessageType),
        Metadata = Encoding.UTF8.GetBytes(message.Metadata),
        Parts = message.Parts is null ? default : Encoding.UTF8.GetBytes(message.Parts),
        Name = message.Name is null ? default : Encoding.UTF8.GetBytes(message.Name),
        Status = message.Status == MessageStatuses.Completed ? default : Encoding.UTF8.GetBytes(message.Status),
        TokensUsed = message.TokensUsed,
        CostUsd = message.CostUsd,
        CreatedAt = message.CreatedAt.UtcDateTime,
        RedactedAt = message.RedactedAt?.UtcDateTime,
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
        Parts = row.Parts.IsEmpty ? null : Encoding.UTF8.GetString(row.Parts.Span),
        Name = row.Name.IsEmpty ? null : Encoding.UTF8.GetString(row.Name.Span),
        Status = row.Status.IsEmpty ? MessageStatuses.Completed : Encoding.UTF8.GetString(row.Status.Span),
        TokensUsed = row.TokensUsed,
        CostUsd = row.CostUsd,
        CreatedAt = new DateTimeOffset(row.CreatedAt),
        RedactedAt = row.RedactedAt is { } redactedAt ? new DateTimeOffset(redactedAt) : null,
    };
}
