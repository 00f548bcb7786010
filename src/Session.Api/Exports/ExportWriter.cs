using System.Buffers;
using SessionService.Application.Attachments;
using SessionService.Application.Conversations;
using SessionService.Application.Exports;
using SessionService.Application.Feedback;
using SessionService.Application.Messages;
using SessionService.Application.Time;
using SessionService.Domain.Attachments;
using SessionService.Domain.Sessions;

namespace SessionService.Api.Exports;

/// <summary>
/// Writes an export of any size in little memory: of all that was written only the ids of the attachments are kept. A session is exported
/// with the messages that it had when it was read. Messages never change, so they can be read later, some at a time. No connection or
/// snapshot is held in between.
/// </summary>
internal sealed class ExportWriter(
    IMessageReader messages, IItemIds items, IAttachmentStore attachments, JudgedMessages judged, TimeProvider time)
{
    /// <summary>The bytes that are buffered before they are sent.</summary>
    private const int ChunkBytes = 256 * 1024;

    private const int MaxTake = 1_000;

    // A multiple of three, so that base64 needs no padding between pieces.
    private const int PieceBytes = 192 * 1024;

    /// <param name="export">The sessions and memories to export.</param>
    /// <param name="format">The format, which holds the written bytes.</param>
    /// <param name="send">Sends the written bytes. No connection to the database is held meanwhile.</param>
    /// <param name="onProgress">Is told the totals from time to time.</param>
    public async Task WriteAsync(
        Export export,
        ExportFormat format,
        Func<ReadOnlyMemory<byte>, Task> send,
        Action<ExportTotals>? onProgress,
        CancellationToken cancellationToken)
    {
        var totals = new ExportTotals();
        var written = new HashSet<Guid>();
        format.Begin(time.GetDatabaseNow());
        await foreach (var session in export.Sessions.WithCancellation(cancellationToken))
        {
            if (format.HasAttachments)
            {
                await WriteAttachmentsAsync(session.Session, written, totals, format, send, cancellationToken);
            }

            format.BeginSession(session);
            totals.Messages += await WriteMessagesAsync(session, format, send, cancellationToken);
            format.EndSession(session);
            if (format.HasFeedback)
            {
                totals.Feedback += await WriteFeedbackAsync(session.Session, format, send, cancellationToken);
            }

            totals.Sessions++;
            totals.Memories += session.Memory is null ? 0 : 1;
            await SendAsync(format, send, from: ChunkBytes);
            onProgress?.Invoke(totals);
        }

        await foreach (var memory in export.UserMemories.WithCancellation(cancellationToken))
        {
            format.WriteUserMemory(memory.Memory);
            totals.UserMemories++;
            await foreach (var earlier in memory.Earlier.WithCancellation(cancellationToken))
            {
                format.WriteEarlier(earlier);
                await SendAsync(format, send, from: ChunkBytes);
            }

            await SendAsync(format, send, from: ChunkBytes);
        }

        format.End(totals);
        await SendAsync(format, send, from: 0);
    }

    /// <param name="written">The attachments of earlier sessions, which the export has already.</param>
    private async Task WriteAttachmentsAsync(
        Session session,
        HashSet<Guid> written,
        ExportTotals totals,
        ExportFormat format,
        Func<ReadOnlyMemory<byte>, Task> send,
        CancellationToken cancellationToken)
    {
        var used = attachments.ReadUsedAsync(session.UserId, session.SessionId, session.MessageCount, cancellationToken);
        await foreach (var attachment in used.WithCancellation(cancellationToken))
        {
            if (written.Add(attachment.AttachmentId))
            {
                totals.Attachments++;
                totals.LostAttachments += await TryWriteAsync(attachment, format, send, cancellationToken) ? 0 : 1;
            }
        }
    }

    /// <summary>Writes an attachment; false where its bytes are lost, which must not keep the user from everything else.</summary>
    private async Task<bool> TryWriteAsync(
        StoredAttachment attachment, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(attachment, format, send, cancellationToken);
            return true;
        }
        catch (AttachmentLostException)
        {
            format.WriteAttachment(attachment, offset: 0, piece: []);
            return false;
        }
    }

    private async Task WriteAsync(
        StoredAttachment attachment, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            await using var content = await attachments.OpenAsync(attachment, from: 0, attachment.Size, cancellationToken);
            for (long offset = 0; offset < attachment.Size;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(PieceBytes, attachment.Size - offset));
                await content.ReadExactlyAsync(piece, cancellationToken);
                format.WriteAttachment(attachment, offset, piece.Span);
                offset += piece.Length;
                await SendAsync(format, send, from: ChunkBytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<long> WriteMessagesAsync(
        ExportedSession exported, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        var session = exported.Session;
        long written = 0;
        while (written < session.MessageCount)
        {
            var selection = new MessageSelection
            {
                Order = MessageOrder.OldestFirst,
                After = written,
                Before = session.MessageCount + 1,
                Take = MaxTake,
            };
            using var portion = await messages.ReadAsync(session.UserId, session.SessionId, selection, cancellationToken);
            if (portion is not { Count: > 0 })
            {
                // The session was deleted after it was read, and perhaps created again: no more messages can be exported.
                break;
            }

            var given = await items.ListAsync(session.UserId, session.SessionId, portion, cancellationToken);
            for (var i = 0; i < portion.Count; i++)
            {
                format.WriteMessage(portion[i], given.GetValueOrDefault(portion[i].Sequence));
                written++;
                await SendAsync(format, send, from: ChunkBytes);
            }
        }

        return written;
    }

    private async Task<long> WriteFeedbackAsync(
        Session session, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        long written = 0;
        var all = judged.ReadAsync(session.UserId, new FeedbackFilter(session.SessionId), cancellationToken);
        await foreach (var (feedback, message) in all.Where(one => one.Message.Sequence <= session.MessageCount)
            .WithCancellation(cancellationToken))
        {
            format.WriteFeedback(feedback, message);
            written++;
            await SendAsync(format, send, from: ChunkBytes);
        }

        return written;
    }

    private static async ValueTask SendAsync(ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, int from)
    {
        format.Flush();
        if (format.Bytes.WrittenCount >= from)
        {
            await send(format.Bytes.WrittenMemory);
            format.Bytes.ResetWrittenCount();
        }
    }
}
