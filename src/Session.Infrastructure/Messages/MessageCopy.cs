using System.Text;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// Writes many messages of new sessions at once. By hand because EF has no COPY. The caller's transaction writes what counts them.
/// </summary>
internal sealed class MessageCopy : IAsyncDisposable
{
    private const string Text = $"COPY dev.session_messages (user_id, session_id, {MessageColumns.Names}) FROM STDIN (FORMAT BINARY)";

    private static readonly ReadOnlyMemory<byte> Completed = Encoding.UTF8.GetBytes(MessageStatuses.Completed);

    private readonly NpgsqlBinaryImporter _importer;

    private MessageCopy(NpgsqlBinaryImporter importer) => _importer = importer;

    public static async Task<MessageCopy> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new(await connection.BeginBinaryImportAsync(Text, cancellationToken));

    public async Task WriteAsync(string userId, Guid sessionId, MessageRow row, CancellationToken cancellationToken)
    {
        await _importer.StartRowAsync(cancellationToken);
        await _importer.WriteAsync(userId, NpgsqlDbType.Text, cancellationToken);
        await _importer.WriteAsync(sessionId, NpgsqlDbType.Uuid, cancellationToken);
        await _importer.WriteAsync(row.Sequence, NpgsqlDbType.Bigint, cancellationToken);
        await _importer.WriteAsync(row.MessageId, NpgsqlDbType.Uuid, cancellationToken);
        await _importer.WriteAsync(row.Role, NpgsqlDbType.Text, cancellationToken);
        await _importer.WriteAsync(row.Content, NpgsqlDbType.Text, cancellationToken);
        await _importer.WriteAsync(row.MessageType, NpgsqlDbType.Text, cancellationToken);
        await _importer.WriteAsync(row.Metadata, NpgsqlDbType.Jsonb, cancellationToken);
        await _importer.WriteAsync(row.TokensUsed, NpgsqlDbType.Integer, cancellationToken);
        await _importer.WriteAsync(row.CostUsd, NpgsqlDbType.Numeric, cancellationToken);
        await _importer.WriteAsync(DateTime.SpecifyKind(row.CreatedAt, DateTimeKind.Utc), NpgsqlDbType.TimestampTz, cancellationToken);
        if (row.RedactedAt is { } redactedAt)
        {
            await _importer.WriteAsync(DateTime.SpecifyKind(redactedAt, DateTimeKind.Utc), NpgsqlDbType.TimestampTz, cancellationToken);
        }
        else
        {
            await _importer.WriteNullAsync(cancellationToken);
        }

        await WriteTextAsync(row.Parts, NpgsqlDbType.Json, cancellationToken);
        await WriteTextAsync(row.Name, NpgsqlDbType.Text, cancellationToken);
        await _importer.WriteAsync(row.Status.IsEmpty ? Completed : row.Status, NpgsqlDbType.Text, cancellationToken);
    }

    private Task WriteTextAsync(ReadOnlyMemory<byte> text, NpgsqlDbType type, CancellationToken cancellationToken) =>
        text.IsEmpty ? _importer.WriteNullAsync(cancellationToken) : _importer.WriteAsync(text, type, cancellationToken);

    public async Task CompleteAsync(CancellationToken cancellationToken) => await _importer.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => _importer.DisposeAsync();
}
