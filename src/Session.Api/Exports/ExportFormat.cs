using System.Buffers;
using System.Text.Json;
using AutoMapper;
using SessionService.Api.Json;
using SessionService.Api.Messages;
using SessionService.Application.Branches;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Domain.Attachments;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.UserMemories;

namespace SessionService.Api.Exports;

/// <summary>The format of an export. It writes into <see cref="Bytes"/>, which the caller sends and clears from time to time.</summary>
internal abstract class ExportFormat(IMapper mapper)
{
    public const string JsonLinesType = "application/x-ndjson";
    public const string MarkdownType = "text/markdown";

    private const int InitialBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Options = ServiceJson.NewOptions();

    private MessageListWriter _messages;

    public abstract string ContentType { get; }

    /// <summary>The extension of file names.</summary>
    public abstract string Extension { get; }

    /// <summary>Whether the export is for an import, and so has the bytes of attachments and the messages of all branches.</summary>
    public virtual bool IsWhole => true;

    /// <summary>Whether the messages that the conversation does not show stand apart, before the others.</summary>
    public virtual bool DividesMessages => false;

    public ArrayBufferWriter<byte> Bytes { get; } = new(InitialBytes);

    protected Utf8JsonWriter Json =>
        field ??= new Utf8JsonWriter(Bytes, new JsonWriterOptions { Encoder = ServiceJson.Encoder, SkipValidation = true });

    public static ExportFormat Of(string? name, IMapper mapper) => name switch
    {
        ExportSessionQuery.JsonLines => new JsonLinesFormat(mapper),
        ExportSessionQuery.Markdown => new MarkdownFormat(mapper),
        _ => new JsonDocumentFormat(mapper),
    };

    /// <summary>Begins an export.</summary>
    public abstract void Begin(DateTimeOffset now);

    /// <summary>Writes a piece of an attachment. The attachments of a session come before it.</summary>
    /// <summary>Writes a piece of an attachment. One without bytes says that the attachment's bytes are lost.</summary>
    public abstract void WriteAttachment(StoredAttachment attachment, long offset, ReadOnlySpan<byte> piece);

    /// <summary>Begins a session. Its messages must follow.</summary>
    /// <param name="parents">After which message each was written; <see langword="null"/> where this is not told.</param>
    public virtual void BeginSession(ExportedSession session, MessageParents? parents) =>
        _messages = new MessageListWriter(Json, session.Session.UserId, session.Session.SessionId, parents);

    /// <summary>Begins the messages, or the messages that the conversation does not show where these stand apart.</summary>
    public virtual void BeginMessages(string type)
    {
    }

    public virtual void EndMessages()
    {
    }

    /// <param name="type">Whether the conversation shows the message.</param>
    /// <param name="itemId">The id that a client gave the message as an item of a conversation, if one did.</param>
    public abstract void WriteMessage(in MessageRow message, string type, string? itemId);

    /// <summary>Writes the branches, which come after the messages.</summary>
    public abstract Task WriteBranchesAsync(IAsyncEnumerable<BranchLine> branches, Func<Task> send);

    public abstract void EndSession(ExportedSession session);

    /// <summary>Writes feedback of a message of the session that has ended.</summary>
    public abstract void WriteFeedback(MessageFeedback feedback, SessionMessage message);

    /// <summary>Writes a memory of the user. Its earlier versions must follow.</summary>
    public abstract void WriteUserMemory(UserMemory memory);

    public abstract void WriteEarlier(UserMemoryVersion version);

    /// <summary>Ends a complete export.</summary>
    public abstract void End(ExportTotals totals);

    /// <summary>Moves all written JSON into <see cref="Bytes"/>.</summary>
    public void Flush() => Json.Flush();

    protected void WriteJson<TLine>(object entity) => JsonSerializer.Serialize(Json, mapper.Map<TLine>(entity), Options);

    protected void WriteJson(ExportedSession session) =>
        JsonSerializer.Serialize(
            Json,
            mapper.Map<SessionLine>(session.Session) with
            {
                CurrentBranch = session.CurrentBranch,
                // Without the original's path this number would lead to another message there.
                ForkedFromSequence = session.IsRenumbered ? null : session.Session.ForkedFromSequence,
            },
            Options);

    protected void WriteJson(BranchLine branch) => JsonSerializer.Serialize(Json, branch, Options);

    protected void WriteJson(in MessageRow message, string type, string? itemId)
    {
        Json.WriteStartObject();
        Json.WriteString("type"u8, type);
        _messages.WriteMembers(message);
        if (itemId is not null)
        {
            Json.WriteString("item_id"u8, itemId);
        }

        Json.WriteEndObject();
    }

    protected void WriteJson(StoredAttachment attachment, long offset, ReadOnlySpan<byte> piece)
    {
        Json.WriteStartObject();
        Json.WriteString("type"u8, ExportForm.Attachment);
        Json.WriteString("attachment_id"u8, attachment.AttachmentId);
        Json.WriteString("sha256"u8, Convert.ToHexStringLower(attachment.Sha256));
        Json.WriteNumber("size"u8, attachment.Size);
        Json.WriteString("media_type"u8, attachment.MediaType);
        Json.WriteString("name"u8, attachment.Name);
        if (!piece.IsEmpty)
        {
            Json.WriteNumber("offset"u8, offset);
            Json.WriteBase64String("data"u8, piece);
        }

        Json.WriteEndObject();
    }

    protected void WriteJson(MessageFeedback feedback, SessionMessage message) => JsonSerializer.Serialize(
        Json, mapper.Map<FeedbackLine>(feedback) with { MessageId = message.MessageId }, Options);

    protected void BeginHeader(DateTimeOffset now)
    {
        Json.WriteStartObject();
        Json.WriteString("type"u8, ExportForm.Header);
        Json.WriteNumber("version"u8, ExportForm.Version);
        Json.WritePropertyName("exported_at"u8);
        TimestampConverter.WriteUtc(Json, now.UtcDateTime);
    }
}

/// <summary>The totals of an export.</summary>
internal sealed class ExportTotals
{
    public long Sessions { get; set; }

    public long Messages { get; set; }

    /// <summary>The messages that conversations do not show.</summary>
    public long BranchMessages { get; set; }

    public long Branches { get; set; }

    public long Memories { get; set; }

    public long Feedback { get; set; }

    public long Attachments { get; set; }

    /// <summary>Those of them whose bytes are lost.</summary>
    public long LostAttachments { get; set; }

    public long UserMemories { get; set; }
}
