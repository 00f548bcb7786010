using AutoMapper;
using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Application.Preconditions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Feedback;

/// <summary>Writes, reads and deletes the feedback of messages.</summary>
public sealed class FeedbackService(IFeedbackStore store, IMapper mapper, TimeProvider time)
{
    /// <returns>The feedback, its version, and whether there was none of this name.</returns>
    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    /// <exception cref="ConflictException">The message has too many names, or the key was used for another request.</exception>
    /// <exception cref="PreconditionFailedException">The feedback is not a version that the request demands.</exception>
    public async Task<(Written<FeedbackResponse> Feedback, string Version, bool IsNew)> WriteAsync(
        string userId,
        FeedbackPlace place,
        WriteFeedbackRequest request,
        string? idempotencyKey,
        Precondition precondition,
        CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var given = new MessageFeedback
        {
            UserId = userId,
            SessionId = place.SessionId,
            Sequence = place.Sequence,
            Name = place.Name,
            Value = request.Value!.Json,
            Comment = string.IsNullOrWhiteSpace(request.Comment) ? null : request.Comment,
            Source = request.Source ?? FeedbackSources.User,
            Model = "",
            CreatedAt = now,
            UpdatedAt = now,
        };
        var key = IdempotencyKey.Of(idempotencyKey, $"write_feedback {place.SessionId} {place.Sequence} {place.Name}", request);
        var (written, isNew, isReplay) = await store.WriteAsync(given, key, Change, cancellationToken);
        return (new Written<FeedbackResponse>(mapper.Map<FeedbackResponse>(written), isReplay), written.VersionTag, isNew);

        MessageFeedback Change(MessageFeedback? found)
        {
            precondition.Demand(found?.VersionTag, FeedbackErrors.Changed);
            if (found is null)
            {
                return given;
            }

            // A repeated request changes nothing.
            var isSame = FeedbackValue.Parse(found.Value) == request.Value
                && found.Comment == given.Comment
                && found.Source == given.Source;
            return isSame ? found : found with
            {
                Value = given.Value,
                Comment = given.Comment,
                Source = given.Source,
                // The clocks of instances may differ, and each version has a time of its own.
                UpdatedAt = now > found.UpdatedAt ? now : found.UpdatedAt.AddMicroseconds(1),
            };
        }
    }

    /// <returns>The feedback and its version.</returns>
    /// <exception cref="NotFoundException">There is no such session, message or feedback of the user.</exception>
    public async Task<(FeedbackResponse Feedback, string Version)> GetAsync(
        string userId, FeedbackPlace place, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(userId, place, cancellationToken) ?? throw SessionErrors.NotFound();
        Demand(place.Sequence, found.Messages);
        var feedback = found.Feedback ?? throw FeedbackErrors.NotFound();
        return (mapper.Map<FeedbackResponse>(feedback), feedback.VersionTag);
    }

    /// <summary>All feedback of a message.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or no such message in it.</exception>
    public async Task<MessageFeedbackListResponse> GetOfMessageAsync(
        string userId, Guid sessionId, long sequence, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(userId, sessionId, [sequence], MessageFeedback.MaxNames, cancellationToken);
        if (found.Count == 0)
        {
            var none = await store.FindAsync(userId, new FeedbackPlace(sessionId, sequence, ""), cancellationToken);
            Demand(sequence, (none ?? throw SessionErrors.NotFound()).Messages);
        }

        return new MessageFeedbackListResponse { Feedback = mapper.Map<List<FeedbackResponse>>(found), Total = found.Count };
    }

    /// <exception cref="NotFoundException">There is no such session, message or feedback of the user.</exception>
    /// <exception cref="ConflictException">The key was used for another request.</exception>
    /// <exception cref="PreconditionFailedException">The feedback is not a version that the request demands.</exception>
    public async Task<Written<FeedbackDeletedResponse>> DeleteAsync(
        string userId, FeedbackPlace place, string? idempotencyKey, Precondition precondition, CancellationToken cancellationToken)
    {
        var key = IdempotencyKey.Of(
            idempotencyKey, $"delete_feedback {place.SessionId} {place.Sequence} {place.Name}", request: "");
        var isReplay = await store.DeleteAsync(
            userId,
            place,
            key,
            time.GetDatabaseNow(),
            found => precondition.Demand(found.VersionTag, FeedbackErrors.Changed),
            cancellationToken);
        return new Written<FeedbackDeletedResponse>(new FeedbackDeletedResponse(), isReplay ?? throw FeedbackErrors.NotFound());
    }

    public async Task<FeedbackListResponse> ListAsync(string userId, ListFeedbackQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListFeedbackQuery.DefaultPageSize);
        var filter = query.ToFilter();
        var page = await store.ListAsync(userId, filter, range, query.ToCursor(filter), cancellationToken);
        return new FeedbackListResponse
        {
            Feedback = mapper.Map<List<FeedbackResponse>>(page.Items),
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
            NextCursor = page is { HasMore: true, Items: [.., var last] }
                ? new FeedbackCursor(last.UpdatedAt, FeedbackPlace.Of(last)).ToText(filter.ToString())
                : null,
        };
    }

    /// <summary>For an answer with messages of a session.</summary>
    public IncludedFeedback ForAnswer(string userId, Guid sessionId) => new(store, mapper, userId, sessionId);

    private static void Demand(long sequence, long messages)
    {
        if (sequence < 1 || sequence > messages)
        {
            throw MessageErrors.NotFound();
        }
    }
}
