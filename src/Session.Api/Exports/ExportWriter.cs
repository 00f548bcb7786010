using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Application.Time;

namespace SessionService.Api.Exports;

/// <summary>
/// Writes an export of any size in constant memory. A session is exported with the messages that it had when it was read. Messages never
/// change, so they can be read later, some at a time. No connection or snapshot is held in between.
/// </summary>
internal sealed class ExportWriter(IMessageReader messages, TimeProvider time)
{
    /// <summary>The bytes that are buffered before they are sent, and about the bytes that are read at once.</summary>
    private const int ChunkBytes = 256 * 1024;

    private const int FirstTake = 50;
    private const int MaxTake = 1_000;

    /// <param name="export">The sessions and memories to export.</param>
    /// <param name="format">The format, which holds the written bytes.</param>
    /// <param name="send">Sends the written bytes. A database connection may be held meanwhile.</param>
    /// <param name="onProgress">Is told the totals from time to time.</param>
    public async Task WriteAsync(
        Export export,
        ExportFormat format,
        Func<ReadOnlyMemory<byte>, Task> send,
        Action<ExportTotals>? onProgress,
        CancellationToken cancellationToken)
    {
        var totals = new ExportTotals();
        format.Begin(time.GetDatabaseNow());
        await foreach (var session in export.Sessions.WithCancellation(cancellationToken))
        {
            format.BeginSession(session);
            totals.Messages += await WriteMessagesAsync(session, format, send, cancellationToken);
            format.EndSession(session);
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

    private async Task<long> WriteMessagesAsync(
        ExportedSession exported, ExportFormat format, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        var session = exported.Session;
        long written = 0;
        var take = FirstTake;
        while (written < session.MessageCount)
        {
            var selection = new MessageSelection
            {
                Order = MessageOrder.OldestFirst,
                After = written,
                Before = session.MessageCount + 1,
                Take = take,
            };
            long bytes = 0;
            var before = written;
            var rows = await messages.OpenAsync(session.UserId, session.SessionId, selection, cancellationToken);
            if (rows is null)
            {
                // The session was deleted after it was read: no more messages can be exported.
                break;
            }

            await using (rows)
            {
                await foreach (var row in rows.ReadAsync(cancellationToken))
                {
                    format.WriteMessage(row);
                    written++;
                    bytes += row.Content.Length + row.Metadata.Length;
                    await SendAsync(format, send, from: 4 * ChunkBytes);
                }
            }

            if (written == before)
            {
                // The session was deleted and created again without its messages.
                break;
            }

            await SendAsync(format, send, from: ChunkBytes);
            // The next read takes about as many messages as fill a chunk, so that a connection seldom waits for the client.
            take = bytes == 0 ? MaxTake : (int)Math.Clamp(take * (long)ChunkBytes / bytes, 1, Math.Min(MaxTake, 4L * take));
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
