using Npgsql;
using NpgsqlTypes;
using SessionService.Domain.Attachments;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Attachments;

/// <summary>The bytes of attachments in the database, a piece at a time.</summary>
/// <remarks>By hand: COPY, and bytes that are read into memory that is used again.</remarks>
internal sealed class AttachmentPieces(Database database)
{
    /// <summary>The bytes of a piece; the last one may be shorter.</summary>
    public const int Size = 256 * 1024;

    private const string Copy = "COPY dev.attachment_pieces (user_id, attachment_id, piece, bytes) FROM STDIN (FORMAT BINARY)";

    private const string Read = "SELECT bytes FROM dev.attachment_pieces WHERE user_id = $1 AND attachment_id = $2 AND piece = $3";

    /// <summary>Writes all pieces of an attachment, in the transaction that writes its row.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, StoredAttachment attachment, Stream content, CancellationToken cancellationToken)
    {
        content.Position = 0;
        var piece = new byte[(int)Math.Min(Size, attachment.Size)];
        await using var copy = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        for (var number = 0; (long)number * Size < attachment.Size; number++)
        {
            var length = (int)Math.Min(Size, attachment.Size - ((long)number * Size));
            await content.ReadExactlyAsync(piece.AsMemory(0, length), cancellationToken);
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(attachment.UserId, NpgsqlDbType.Varchar, cancellationToken);
            await copy.WriteAsync(attachment.AttachmentId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(number, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(piece.AsMemory(0, length), NpgsqlDbType.Bytea, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Reads a piece into the beginning of a buffer.</summary>
    /// <exception cref="Domain.Errors.NotFoundException">The attachment has gone meanwhile.</exception>
    public async Task ReadAsync(string userId, Guid attachmentId, int number, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = await database.ReadAsync(
            sql => sql.Statement(Read, userId, attachmentId, number).FirstAsync(
                row => row.GetBytes(0, dataOffset: 0, buffer, bufferOffset: 0, Size), cancellationToken),
            cancellationToken);
        if (length == 0)
        {
            throw AttachmentErrors.NotFound();
        }
    }
}
