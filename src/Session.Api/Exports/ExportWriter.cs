using System.Buffers;
using System.Runtime.CompilerServices;
using SessionService.Application.Attachments;
using SessionService.Application.Branches;
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
/// with the messages that it had when it was read, up to the first one in progress. Such messages never change, so they can be read later,
/// some at a time. No connection or snapshot is held in between.
/// </summary>
internal sealed class ExportWriter(
    IMessageReader messages,
    IBranchStore branches,
    IItemIds items,
    IAttachmentStore attachments,
    JudgedMessages judged,
    TimeProvider time)
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
            if (format.IsWhole)
            {
                await WriteAttachmentsAsync(session.Session, written, totals, format, send, cancellationToken);
            }

            format.BeginSession(session, export.Chosen?.Parents);
            await WriteMessagesAsync(session, export.Chosen, totals, format, send, cancellationToken);
            if (session.HasBranches && export.Chosen is null && format.IsWhole)
            {
                await format.WriteBranchesAsync(
                    ReadBranchesAsync(session, totals, cancellationToken), () => SendAsync(format, send, from: ChunkBytes).AsTask());
            }

            format.EndSession(session);
            if (export.Chosen is null && format.IsWhole)
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
        var used = attachments.ReadUsedAsync(session.UserId, session.SessionId, session.SettledMessages, cancellationToken);
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

    private async Task WriteMessagesAsync(
        ExportedSession exported,
        ChosenMessages? chosen,
        ExportTotals totals,
        ExportFormat format,
        Func<ReadOnlyMemory<byte>, Task> send,
        CancellationToken cancellationToken)
    {
        var session = exported.Session;
        var shown = chosen?.Path ?? await FindPathAsync(session, session.CurrentBranch, cancellationToken);
        var others = chosen is null && format.IsWhole ? shown.Gaps(session.SettledMessages) : new MessagePath([]);
        if (format.DividesMessages && others.Count > 0)
        {
            format.BeginMessages(ExportForm.BranchMessage);
            await WriteMessagesAsync(session, others, shown, totals, format, send, cancellationToken);
            format.EndMessages();
        }

        format.BeginMessages(ExportForm.Message);
        var isMixed = !format.DividesMessages && others.Count > 0;
        await WriteMessagesAsync(session, isMixed ? MessagePath.Whole : shown, shown, totals, format, send, cancellationToken);
        format.EndMessages();
    }

    /// <param name="session">The session, as it was when it was read.</param>
    /// <param name="path">The messages to write.</param>
    /// <param name="shown">Those of them that the conversation shows.</param>
    private async Task WriteMessagesAsync(
        Session session,
        MessagePath path,
        MessagePath shown,
        ExportTotals totals,
        ExportFormat format,
        Func<ReadOnlyMemory<byte>, Task> send,
        CancellationToken cancellationToken)
    {
        var last = path.Through(session.SettledMessages).Last;
        for (long written = 0; written < last;)
        {
            var selection = new MessageSelection
            {
                Order = MessageOrder.OldestFirst,
                After = written,
                Before = session.SettledMessages + 1,
                Take = MaxTake,
                Path = path,
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
                written = portion[i].Sequence;
                var isShown = shown.Contains(written);
                format.WriteMessage(
                    portion[i], isShown ? ExportForm.Message : ExportForm.BranchMessage, given.GetValueOrDefault(written));
                totals.Messages += isShown ? 1 : 0;
                totals.BranchMessages += isShown ? 0 : 1;
                await SendAsync(format, send, from: ChunkBytes);
            }
        }
    }

    private async Task<long> WriteFeedbackAsync(
        Session session, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        long written = 0;
        var all = judged.ReadAsync(session.UserId, new FeedbackFilter(session.SessionId), cancellationToken);
        await foreach (var (feedback, message) in all.Where(one => one.Message.Sequence <= session.SettledMessages)
            .WithCancellation(cancellationToken))
        {
            format.WriteFeedback(feedback, message);
            written++;
            await SendAsync(format, send, from: ChunkBytes);
        }

        return written;
    }

    /// <summary>The branches as they were when the session was read. Since then a branch may have grown.</summary>
    private async IAsyncEnumerable<BranchLine> ReadBranchesAsync(
        ExportedSession exported, ExportTotals totals, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = exported.Session;
        foreach (var branch in await branches.ListAsync(session.UserId, session.SessionId, cancellationToken) ?? [])
        {
            var path = (await FindPathAsync(session, branch.BranchId, cancellationToken)).Through(session.SettledMessages);
            totals.Branches++;
            yield return new BranchLine
            {
                BranchId = branch.BranchId,
                SessionId = session.SessionId,
                UserId = session.UserId,
                Name = branch.Name,
                FromSequence = branch.FromSequence <= session.SettledMessages ? branch.FromSequence : null,
                Path = BranchLine.Text(path),
                CreatedAt = branch.CreatedAt,
                IsCurrent = branch.BranchId == exported.CurrentBranch,
            };
        }
    }

    private async Task<MessagePath> FindPathAsync(Session session, int? branchId, CancellationToken cancellationToken) =>
        branchId is { } id && await branches.FindPathAsync(session.UserId, session.SessionId, id, cancellationToken) is { } path
            ? path
            : MessagePath.Whole;

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
