using System.Net.Mime;
using AutoMapper;
using SessionService.Application.Branches;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Domain.Attachments;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.UserMemories;

namespace SessionService.Api.Exports;

/// <summary>One JSON document with the header, the session, its messages, branches, memory and feedback.</summary>
internal sealed class JsonDocumentFormat(IMapper mapper) : ExportFormat(mapper)
{
    private bool _isInAttachments;
    private bool _isInFeedback;

    public override string ContentType => MediaTypeNames.Application.Json;

    public override string Extension => "json";

    public override bool DividesMessages => true;

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

    public override void BeginSession(ExportedSession session, MessageParents? parents)
    {
        base.BeginSession(session, parents);
        if (_isInAttachments)
        {
            Json.WriteEndArray();
        }

        Json.WritePropertyName("session"u8);
        WriteJson(session);
    }

    public override void BeginMessages(string type) => Json.WriteStartArray($"{type}s");

    public override void EndMessages() => Json.WriteEndArray();

    public override void WriteMessage(in MessageRow message, string type, string? itemId) => WriteJson(message, type, itemId);

    public override async Task WriteBranchesAsync(IAsyncEnumerable<BranchLine> branches, Func<Task> send)
    {
        Json.WriteStartArray("branches"u8);
        await foreach (var branch in branches)
        {
            WriteJson(branch);
            await send();
        }

        Json.WriteEndArray();
    }

    public override void EndSession(ExportedSession session)
    {
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
