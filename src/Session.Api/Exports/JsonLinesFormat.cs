using System.Buffers;
using AutoMapper;
using SessionService.Application.Branches;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Domain.Attachments;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.UserMemories;

namespace SessionService.Api.Exports;

/// <summary>
/// NDJSON: a line for the header, for each session, message, branch, memory, feedback and piece of an attachment, and for the end.
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

    public override void BeginSession(ExportedSession session, MessageParents? parents)
    {
        base.BeginSession(session, parents);
        WriteJson(session);
        EndLine();
    }

    public override void WriteMessage(in MessageRow message, string type, string? itemId)
    {
        WriteJson(message, type, itemId);
        EndLine();
    }

    public override async Task WriteBranchesAsync(IAsyncEnumerable<BranchLine> branches, Func<Task> send)
    {
        await foreach (var branch in branches)
        {
            WriteJson(branch);
            EndLine();
            await send();
        }
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
        if (totals.Branches > 0)
        {
            Json.WriteNumber("branch_messages"u8, totals.BranchMessages);
            Json.WriteNumber("branches"u8, totals.Branches);
        }

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
