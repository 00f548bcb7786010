using System.Buffers;
using System.Net.Mime;
using System.Text.Json;
using AutoMapper;
using SessionService.Api.Json;
using SessionService.Api.Messages;
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

    /// <summary>Whether the bytes of attachments are part of the export.</summary>
    public virtual bool HasAttachments => true;

    /// <summary>Whether the feedback of messages is part of the export.</summary>
    public virtual bool HasFeedback => true;

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
    public virtual void BeginSession(ExportedSession session) =>
        _messages = new MessageListWriter(Json, session.Session.UserId, session.Session.SessionId);

    public abstract void WriteMessage(in MessageRow message, string? itemId);

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

    protected void WriteJson(in MessageRow message, string? itemId)
    {
        Json.WriteStartObject();
        Json.WriteString("type"u8, ExportForm.Message);
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

    public long Memories { get; set; }

    public long Feedback { get; set; }

    public long Attachments { get; set; }

    /// <summary>Those of them whose bytes are lost.</summary>
    public long LostAttachments { get; set; }

    public long UserMemories { get; set; }
}

/// <summary>
/// NDJSON: one line for the header, for every session, message, memory, feedback and piece of an attachment, and for the end.
/// </summary>
internal sealed class JsonLinesFormat(IMapper mapper) : ExportFormat(mapper)
{
    public override string ContentType => JsonLinesType;

    public override string Extension => "jsonl";

    public override void Begin(DateTimeOffset now)
    {
        BeginHeader(now);
        Json.WriteEndObject();
        EndLine();
    }

    public override void WriteAttachment(StoredAttachment attachment, long offset, ReadOnlySpan<byte> piece)
    {
        WriteJson(attachment, offset, piece);
        EndLine();
    }

    public override void BeginSession(ExportedSession session)
    {
        base.BeginSession(session);
        WriteJson<SessionLine>(session.Session);
        EndLine();
    }

    public override void WriteMessage(in MessageRow message, string? itemId)
    {
        WriteJson(message, itemId);
        EndLine();
    }

    public override void EndSession(ExportedSession session)
    {
        if (session.Memory is { } memory)
        {
            WriteJson<MemoryLine>(memory);
            EndLine();
        }
    }

    public override void WriteFeedback(MessageFeedback feedback, SessionMessage message)
    {
        WriteJson(feedback, message);
        EndLine();
    }

    public override void WriteUserMemory(UserMemory memory)
    {
        WriteJson<UserMemoryLine>(memory);
        EndLine();
    }

    public override void WriteEarlier(UserMemoryVersion version)
    {
        WriteJson<UserMemoryVersionLine>(version);
        EndLine();
    }

    public override void End(ExportTotals totals)
    {
        Json.WriteStartObject();
        Json.WriteString("type"u8, ExportForm.End);
        Json.WriteNumber("sessions"u8, totals.Sessions);
        Json.WriteNumber("messages"u8, totals.Messages);
        Json.WriteNumber("memories"u8, totals.Memories);
        Json.WriteNumber("user_memories"u8, totals.UserMemories);
        if (totals.Feedback > 0)
        {
            Json.WriteNumber("feedback"u8, totals.Feedback);
        }

        if (totals.Attachments > 0)
        {
            Json.WriteNumber("attachments"u8, totals.Attachments);
        }

        if (totals.LostAttachments > 0)
        {
            Json.WriteNumber("attachments_lost"u8, totals.LostAttachments);
        }

        Json.WriteEndObject();
        EndLine();
    }

    private void EndLine()
    {
        Json.Flush();
        Json.Reset();
        Bytes.Write("\n"u8);
    }
}

/// <summary>One JSON document with the header, the session, its messages, its memory and the feedback.</summary>
internal sealed class JsonDocumentFormat(IMapper mapper) : ExportFormat(mapper)
{
    private bool _isInAttachments;
    private bool _isInFeedback;

    public override string ContentType => MediaTypeNames.Application.Json;

    public override string Extension => "json";

    public override void Begin(DateTimeOffset now) => BeginHeader(now);

    public override void WriteAttachment(StoredAttachment attachment, long offset, ReadOnlySpan<byte> piece)
    {
        if (!_isInAttachments)
        {
            Json.WriteStartArray("attachments"u8);
            _isInAttachments = true;
        }

        WriteJson(attachment, offset, piece);
    }

    public override void BeginSession(ExportedSession session)
    {
        base.BeginSession(session);
        if (_isInAttachments)
        {
            Json.WriteEndArray();
        }

        Json.WritePropertyName("session"u8);
        WriteJson<SessionLine>(session.Session);
        Json.WriteStartArray("messages"u8);
    }

    public override void WriteMessage(in MessageRow message, string? itemId) => WriteJson(message, itemId);

    public override void EndSession(ExportedSession session)
    {
        Json.WriteEndArray();
        Json.WritePropertyName("memory"u8);
        if (session.Memory is null)
        {
            Json.WriteNullValue();
        }
        else
        {
            WriteJson<MemoryLine>(session.Memory);
        }
    }

    public override void WriteFeedback(MessageFeedback feedback, SessionMessage message)
    {
        if (!_isInFeedback)
        {
            Json.WriteStartArray("feedback"u8);
            _isInFeedback = true;
        }

        WriteJson(feedback, message);
    }

    public override void WriteUserMemory(UserMemory memory) => throw NotOfOneSession();

    public override void WriteEarlier(UserMemoryVersion version) => throw NotOfOneSession();

    public override void End(ExportTotals totals)
    {
        if (_isInFeedback)
        {
            Json.WriteEndArray();
        }

        Json.WriteEndObject();
    }

    private static InvalidOperationException NotOfOneSession() => new("One document holds one session.");
}
