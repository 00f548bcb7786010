using System.Text.Json;
using SessionService.Api.Json;
using SessionService.Application.Branches;
using SessionService.Application.Feedback;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Api.Messages;

/// <summary>Writes the JSON of <see cref="MessageListResponse"/> from rows, without creating the object.</summary>
/// <param name="json">Where to write.</param>
/// <param name="userId">Owner of the session.</param>
/// <param name="sessionId">The session.</param>
/// <param name="parents">After which message each was written; <see langword="null"/> where this is not told.</param>
internal readonly struct MessageListWriter(Utf8JsonWriter json, string userId, Guid sessionId, MessageParents? parents = null)
{
    private static readonly JsonEncodedText Messages = Name(nameof(MessageListResponse.Messages));
    private static readonly JsonEncodedText Total = Name(nameof(MessageListResponse.Total));
    private static readonly JsonEncodedText Page = Name(nameof(MessageListResponse.Page));
    private static readonly JsonEncodedText PageSize = Name(nameof(MessageListResponse.PageSize));
    private static readonly JsonEncodedText HasMore = Name(nameof(MessageListResponse.HasMore));
    private static readonly JsonEncodedText NextAfter = Name(nameof(MessageListResponse.NextAfter));
    private static readonly JsonEncodedText NextBefore = Name(nameof(MessageListResponse.NextBefore));

    private static readonly JsonEncodedText MessageId = Name(nameof(MessageResponse.MessageId));
    private static readonly JsonEncodedText SessionId = Name(nameof(MessageResponse.SessionId));
    private static readonly JsonEncodedText UserId = Name(nameof(MessageResponse.UserId));
    private static readonly JsonEncodedText Sequence = Name(nameof(MessageResponse.Sequence));
    private static readonly JsonEncodedText ParentSequence = Name(nameof(MessageResponse.ParentSequence));
    private static readonly JsonEncodedText Role = Name(nameof(MessageResponse.Role));
    private static readonly JsonEncodedText Content = Name(nameof(MessageResponse.Content));
    private static readonly JsonEncodedText Parts = Name(nameof(MessageResponse.Parts));
    private static readonly JsonEncodedText SpeakerName = Name(nameof(MessageResponse.Name));
    private static readonly JsonEncodedText Status = Name(nameof(MessageResponse.Status));
    private static readonly JsonEncodedText Completed = JsonEncodedText.Encode(MessageStatuses.Completed);
    private static readonly JsonEncodedText MessageType = Name(nameof(MessageResponse.MessageType));
    private static readonly JsonEncodedText Metadata = Name(nameof(MessageResponse.Metadata));
    private static readonly JsonEncodedText TokensUsed = Name(nameof(MessageResponse.TokensUsed));
    private static readonly JsonEncodedText CostUsd = Name(nameof(MessageResponse.CostUsd));
    private static readonly JsonEncodedText CreatedAt = Name(nameof(MessageResponse.CreatedAt));
    private static readonly JsonEncodedText RedactedAt = Name(nameof(MessageResponse.RedactedAt));
    private static readonly JsonEncodedText Feedback = Name(nameof(MessageResponse.Feedback));

    private static readonly JsonSerializerOptions Options = ServiceJson.NewOptions();

    // The same for every message of the page, so encoded once.
    private readonly JsonEncodedText _userId = JsonEncodedText.Encode(userId, ServiceJson.Encoder);
    private readonly JsonEncodedText _sessionId = JsonEncodedText.Encode(sessionId.ToString());

    public void Begin()
    {
        json.WriteStartObject();
        json.WriteStartArray(Messages);
    }

    /// <param name="feedback">Its feedback, where that is part of the answer.</param>
    public void Write(in MessageRow message, IReadOnlyDictionary<string, MessageFeedbackResponse>? feedback)
    {
        json.WriteStartObject();
        WriteMembers(message);
        if (feedback is not null)
        {
            json.WritePropertyName(Feedback);
            JsonSerializer.Serialize(json, feedback, Options);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the members of <see cref="MessageResponse"/> into an object that has begun.</summary>
    public void WriteMembers(in MessageRow stored)
    {
        var message = EarlierParts.Of(stored);
        json.WriteString(MessageId, message.MessageId);
        json.WriteString(SessionId, _sessionId);
        json.WriteString(UserId, _userId);
        json.WriteNumber(Sequence, message.Sequence);
        if (parents is not null)
        {
            WriteParent(parents.ParentOf(message.Sequence));
        }

        json.WriteString(Role, message.Role.Span);
        json.WriteString(Content, message.Content.Span);
        if (!message.Parts.IsEmpty)
        {
            json.WritePropertyName(Parts);
            json.WriteRawValue(message.Parts.Span, skipInputValidation: true);
        }

        if (!message.Name.IsEmpty)
        {
            json.WriteString(SpeakerName, message.Name.Span);
        }

        if (message.Status.IsEmpty)
        {
            json.WriteString(Status, Completed);
        }
        else
        {
            json.WriteString(Status, message.Status.Span);
        }

        json.WriteString(MessageType, message.MessageType.Span);
        json.WritePropertyName(Metadata);
        json.WriteRawValue(message.Metadata.Span, skipInputValidation: true);
        json.WriteNumber(TokensUsed, message.TokensUsed);
        json.WriteNumber(CostUsd, DecimalConverter.WithoutPadding(message.CostUsd));
        json.WritePropertyName(CreatedAt);
        TimestampConverter.WriteUtc(json, message.CreatedAt);
        if (message.RedactedAt is { } redactedAt)
        {
            json.WritePropertyName(RedactedAt);
            TimestampConverter.WriteUtc(json, redactedAt);
        }
    }

    public void End(IMessagePage page)
    {
        json.WriteEndArray();
        json.WriteNumber(Total, page.Total);
        json.WriteNumber(Page, page.Range.Page);
        json.WriteNumber(PageSize, page.Range.Size);
        if (page.HasMore is { } hasMore)
        {
            json.WriteBoolean(HasMore, hasMore);
        }

        if (page.NextAfter is { } nextAfter)
        {
            json.WriteNumber(NextAfter, nextAfter);
        }

        if (page.NextBefore is { } nextBefore)
        {
            json.WriteNumber(NextBefore, nextBefore);
        }

        json.WriteEndObject();
    }

    private void WriteParent(long? parent)
    {
        if (parent is { } sequence)
        {
            json.WriteNumber(ParentSequence, sequence);
        }
        else
        {
            json.WriteNull(ParentSequence);
        }
    }

    private static JsonEncodedText Name(string property) => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(property));
}
