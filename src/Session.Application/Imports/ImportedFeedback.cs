using SessionService.Application.Exports;
using SessionService.Application.Feedback;
using SessionService.Application.Messages;
using SessionService.Application.Usage;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Stores the feedback of an import, that of several messages of a session at once. What is there already stays as it is. A line names its
/// message by number and id, because the message of this number may be another one here.
/// </summary>
internal sealed class ImportedFeedback(
    string userId,
    ImportTally tally,
    ImportChoices choices,
    ImportedEntities entities,
    EnteredSessions entered,
    IFeedbackStore store,
    JudgedMessages judged)
{
    private const int MaxPending = 100;

    private static readonly ImportRefusal MessageNotFound =
        new("message_not_found", "There is no such message, or another one has its number; the line of the message must come before.");

    private static readonly ImportRefusal TooMany = new(FeedbackErrors.TooMany().Code, FeedbackErrors.TooMany().Message);

    private readonly List<(ValidLine<FeedbackLine> Line, MessageFeedback Feedback)> _pending = [];

    /// <summary>Adds feedback. The messages before it must have been written.</summary>
    public async Task AddAsync(ValidLine<FeedbackLine> line, CancellationToken cancellationToken)
    {
        if (_pending.Count == MaxPending || (_pending is [var first, ..] && first.Line.Content.SessionId != line.Content.SessionId))
        {
            await WriteAsync(cancellationToken);
        }

        if (!tally.HasStopped)
        {
            _pending.Add((line, Of(line.Content)));
        }
    }

    /// <summary>Writes the waiting feedback.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        var (lines, given) = (_pending.ConvertAll(one => one.Line), _pending.ConvertAll(one => one.Feedback));
        _pending.Clear();
        var found = new List<(ValidLine<FeedbackLine> Line, MessageFeedback Feedback)>();
        (ValidLine<FeedbackLine> Line, ImportRefusal Refusal)? end = null;
        var at = 0;
        await foreach (var (feedback, message) in judged.JoinAsync(userId, given, cancellationToken))
        {
            var line = lines[at++];
            if (WithMessage(feedback, line.Content.MessageId, message) is { } whole)
            {
                found.Add((line, whole));
            }
            else if (!tally.StopsAt(MessageNotFound))
            {
                tally.Fail(line.Number, ImportKind.Feedback, MessageNotFound);
            }
            else
            {
                end = (line, MessageNotFound);
                break;
            }
        }

        await StoreAsync(found, cancellationToken);
        if (end is var (wrong, refusal) && !tally.HasStopped)
        {
            tally.Fail(wrong.Number, ImportKind.Feedback, refusal);
        }
    }

    /// <summary>The feedback of a line. Its message may have another number here than in the file.</summary>
    private MessageFeedback Of(FeedbackLine line)
    {
        var feedback = entities.Of(line);
        return entered.Current is { } session
            && session.SessionId == feedback.SessionId
            && session.Find(new MessagePath([new NumberRange(feedback.Sequence, feedback.Sequence)])) is { Count: 1 } stored
                ? feedback with { Sequence = stored.Last }
                : feedback;
    }

    /// <summary>The feedback with what follows from its message; <see langword="null"/> where it belongs to no message here.</summary>
    private MessageFeedback? WithMessage(MessageFeedback feedback, Guid? messageId, SessionMessage? message)
    {
        if (message is null)
        {
            return choices.IsDryRun && entered.Knows(feedback.SessionId) ? feedback : null;
        }

        return messageId is { } id && id != message.MessageId ? null : feedback with
        {
            // What was redacted here does not come back.
            Comment = message.RedactedAt is null ? feedback.Comment : null,
            Model = ModelName.Of(message.Metadata),
        };
    }

    private async Task StoreAsync(
        List<(ValidLine<FeedbackLine> Line, MessageFeedback Feedback)> found, CancellationToken cancellationToken)
    {
        if (found.Count == 0)
        {
            return;
        }

        IReadOnlyList<MessageFeedback> feedback = [.. found.Select(one => one.Feedback)];
        var outcomes = choices.IsDryRun
            ? await LookAsync(feedback, cancellationToken)
            : await store.ImportAsync(feedback, entities.Now, stopsAtLimit: tally.StopsAt(TooMany), cancellationToken);
        for (var i = 0; i < (outcomes?.Count ?? found.Count) && !tally.HasStopped; i++)
        {
            var outcome = outcomes?[i];
            if (outcome is FeedbackImport.Created or FeedbackImport.Unchanged)
            {
                tally.Response.Feedback.Count(isNew: outcome == FeedbackImport.Created);
            }
            else
            {
                tally.Fail(found[i].Line.Number, ImportKind.Feedback, outcome is null ? ImportedMessages.SessionNotFound : TooMany);
            }
        }
    }

    private async Task<IReadOnlyList<FeedbackImport>> LookAsync(
        IReadOnlyList<MessageFeedback> feedback, CancellationToken cancellationToken)
    {
        long[] sequences = [.. feedback.Select(one => one.Sequence).Distinct()];
        var there = (await store.FindPlacesAsync(userId, feedback[0].SessionId, sequences, cancellationToken)).ToHashSet();
        return [.. feedback.Select(one => there.Contains(FeedbackPlace.Of(one)) ? FeedbackImport.Unchanged : FeedbackImport.Created)];
    }
}
