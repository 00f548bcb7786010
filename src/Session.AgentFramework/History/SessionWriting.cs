using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>
/// Stores the messages of a run. The client repeats a request that was lost, with the same idempotency key. What the service refuses is
/// answered here: a session that is not there yet, messages that an earlier try of the run stored, and contents that it does not take.
/// </summary>
internal sealed class SessionWriting(SessionServiceClient client, Guid sessionId, JsonSerializerOptions? options, TimeProvider time)
{
    // As many as a batch may have.
    private const int MaxBatch = 1_000;

    // Each refusal is answered by a change of the request; more of them than this are not known.
    private const int MaxRefusals = 128;

    public required Func<JsonObject?> NewSessionMetadata { get; init; }

    /// <summary>The number of the newest message that was read before the run.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Stores messages in their order: up to 1,000 together or not at all.</summary>
    public async Task StoreAsync(IReadOnlyList<NewMessage> messages, bool sessionExists, CancellationToken cancellationToken)
    {
        if (!sessionExists)
        {
            await CreateSessionAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var batch in messages.Chunk(MaxBatch))
        {
            await StoreBatchAsync([.. batch], messages, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StoreBatchAsync(
        List<NewMessage> pending, IReadOnlyList<NewMessage> run, CancellationToken cancellationToken)
    {
        for (var refusals = 0; pending.Count > 0; refusals++)
        {
            try
            {
                var stored = await client.Messages.AppendBatchAsync(
                        sessionId,
                        new CreateMessageBatchRequest { Messages = [.. pending.Select(message => message.Request)] },
                        cancellationToken: cancellationToken)
                    .ConfigureAwait(false);

                // Messages that are all there already are answered like new ones. Their numbers tell: they were there before the run.
                if (!(stored.Messages.Any(message => message.Sequence <= LastSequence)
                    && await SettleIdsAsync(pending, run, cancellationToken).ConfigureAwait(false)))
                {
                    return;
                }
            }
            catch (SessionServiceException refusal) when (refusals < MaxRefusals && refusal.Code is not null)
            {
                var isAnswered = refusal.Code switch
                {
                    Codes.SessionNotFound => await CreateSessionAsync(cancellationToken).ConfigureAwait(false),
                    Codes.MessageIdTaken => await SettleIdsAsync(pending, run, cancellationToken).ConfigureAwait(false),
                    Codes.ValidationFailed => MakeAcceptable(pending, refusal),
                    _ => false,
                };
                if (!isAnswered)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Whether the session was not there before.</summary>
    private async Task<bool> CreateSessionAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.Sessions.CreateAsync(
                    new CreateSessionRequest { SessionId = sessionId, Metadata = NewSessionMetadata() },
                    cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return true;
        }
        catch (SessionServiceException refusal) when (refusal.Code == Codes.SessionIdTaken)
        {
            // It was created before, by another run or by another program. If it is another user's, storing into it will fail.
            return false;
        }
    }

    /// <summary>
    /// Leaves out what the session has already, and gives other ids to what only shares its id with another message. Whether that changed
    /// anything.
    /// </summary>
    private async Task<bool> SettleIdsAsync(
        List<NewMessage> pending, IReadOnlyList<NewMessage> run, CancellationToken cancellationToken)
    {
        var stored = await FindAsync(
                pending.Select(message => message.Id).ToHashSet(), run.Select(message => message.Id).ToHashSet(), cancellationToken)
            .ConfigureAwait(false);
        var taken = new List<NewMessage>();
        foreach (var message in pending.Where(message => stored.ContainsKey(message.Id)))
        {
            var (same, isOvertaken) = stored[message.Id];
            message.IsRepeated = message.IsRepetitionOf(same, isOvertaken);
            if (!message.IsRepeated && message.MayTakeAnotherId)
            {
                // What answers this message is known when it is.
                taken.Add(message);
                break;
            }
        }

        if (pending.RemoveAll(message => message.IsRepeated) > 0)
        {
            return true;
        }

        // The same message may be in several sessions, for instance where agents pass it on, and in another branch of this one. An id
        // is free once for each user.
        var others = taken.Count > 0 ? taken : pending.Where(message => message.MayTakeAnotherId).ToList();
        var given = others.Where(message => message.HasGivenId).ToList();
        foreach (var message in given.Count > 0 ? given : others)
        {
            message.TakeAnotherId();
        }

        return others.Count > 0;
    }

    // A run that is repeated stored its messages a short while ago, so they are looked for from the end.
    private async Task<Dictionary<Guid, (MessageResponse Message, bool IsOvertaken)>> FindAsync(
        HashSet<Guid> ids, HashSet<Guid> run, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, (MessageResponse Message, bool IsOvertaken)>();
        var isOvertaken = false;
        var query = new MessageQuery
        {
            Order = SortOrder.Desc,
            Limit = MaxBatch,
            Attachments = AttachmentForm.Inline,
        };
        await foreach (var message in client.Messages.ListAsync(sessionId, query, cancellationToken).ConfigureAwait(false))
        {
            if (ids.Contains(message.MessageId))
            {
                var whole = await SessionReading.WholeAsync(client, message, cancellationToken).ConfigureAwait(false);
                found[message.MessageId] = (whole, isOvertaken);
                if (found.Count == ids.Count)
                {
                    break;
                }
            }

            isOvertaken |= message.Role == MessageRole.User.Value && !run.Contains(message.MessageId);
        }

        return found;
    }

    /// <summary>
    /// Gives contents that were refused in a form that the service does not look into, and leaves times to the service that its clock does
    /// not know yet. Whether there were such.
    /// </summary>
    private bool MakeAcceptable(List<NewMessage> pending, SessionServiceException refusal)
    {
        var isChanged = false;
        foreach (var field in refusal.Errors.Keys)
        {
            if (IndexIn(field, "].created_at") is { } early && early < pending.Count && pending[early].Request.CreatedAt is not null)
            {
                pending[early].Request.CreatedAt = null;
                isChanged = true;
            }

            if (IndexIn(field, "].content") is { } index && index < pending.Count && pending[index] is { IsOpaque: false } message)
            {
                message.MakeOpaque(
                    SessionMessageExtensions.ToSessionMessage(message.Message, options, PartForm.Opaque, time).Content!);
                isChanged = true;
            }
        }

        return isChanged;
    }

    // messages[3].content[0]
    private static int? IndexIn(string field, string member)
    {
        const string Start = "messages[";
        var end = field.IndexOf(member, StringComparison.Ordinal);
        return field.StartsWith(Start, StringComparison.Ordinal) && end > 0
            && int.TryParse(field.AsSpan(Start.Length, end - Start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;
    }
}
