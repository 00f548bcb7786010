using System.Text;
using Microsoft.Extensions.Options;
using SessionService.Application.Branches;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Deltas;

/// <summary>What messages in progress have so far, for readers who ask for it.</summary>
public sealed class OpenMessages(
    IOpenMessageStore store, IMessageReader reader, ISessionStore sessions, IBranchStore branches, IOptions<DeltaOptions> options)
{
    /// <summary>The newest message in progress that the conversation shows; <see langword="null"/> where there is none.</summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<long?> FindNewestAsync(string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        if (session.OpenMessages is not { } open)
        {
            return null;
        }

        var path = await branches.FindPathAsync(userId, sessionId, branchId: null, cancellationToken, showsOpen: true)
            ?? throw SessionErrors.NotFound();
        return open.LastOrDefault(path.Contains) is > 0 and var sequence ? sequence : null;
    }

    /// <summary>The messages of one session.</summary>
    public OpenMessagesOfSession Of(string userId, Guid sessionId) => new(store, reader, options.Value.MaxDeltas, userId, sessionId);
}

/// <inheritdoc cref="OpenMessages"/>
public sealed class OpenMessagesOfSession(
    IOpenMessageStore store, IMessageReader reader, int maxDeltas, string userId, Guid sessionId)
{
    private static readonly byte[] InProgress = Encoding.UTF8.GetBytes(MessageStatuses.InProgress);

    /// <summary>A message with what it has so far, if it is in progress.</summary>
    public async Task<MessageRow> IntoAsync(MessageRow row, CancellationToken cancellationToken)
    {
        if (!row.Status.Span.SequenceEqual(InProgress))
        {
            return row;
        }

        var stored = row.Parts.IsEmpty ? null : Encoding.UTF8.GetString(row.Parts.Span);
        if (await FindAsync(row.Sequence, Encoding.UTF8.GetString(row.Content.Span), stored, cancellationToken) is var (content, parts))
        {
            return row with { Content = Encoding.UTF8.GetBytes(content), Parts = BytesOf(parts) };
        }

        return await reader.FindAsync(userId, [new MessagePosition(sessionId, row.Sequence)], cancellationToken) is [var closed]
            ? row with
            {
                Content = Encoding.UTF8.GetBytes(closed.Content),
                Parts = BytesOf(closed.Parts),
                Metadata = Encoding.UTF8.GetBytes(closed.Metadata),
                MessageType = Encoding.UTF8.GetBytes(closed.MessageType),
                Status = closed.Status == MessageStatuses.Completed ? default : BytesOf(closed.Status),
                TokensUsed = closed.TokensUsed,
                CostUsd = closed.CostUsd,
            }
            : row;
    }

    /// <summary>
    /// What a message has so far that was opened with some content; <see langword="null"/> where it is not in progress any more.
    /// </summary>
    public async Task<(string Content, string? Parts)?> FindAsync(
        long sequence, string content, string? parts, CancellationToken cancellationToken)
    {
        var deltas = await store.ReadAsync(userId, sessionId, sequence, from: 0, maxDeltas, cancellationToken);
        return deltas.Count > 0 || await store.IsOpenAsync(userId, sessionId, sequence, cancellationToken)
            ? GrownContent.Of(content, parts, deltas)
            : null;
    }

    private static ReadOnlyMemory<byte> BytesOf(string? text) => text is null ? default : Encoding.UTF8.GetBytes(text);
}
