using System.Buffers;
using System.Globalization;
using System.Text;
using AutoMapper;
using SessionService.Application.Branches;
using SessionService.Application.Contexts;
using SessionService.Application.Exports;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Attachments;
using SessionService.Domain.Feedback;
using SessionService.Domain.Messages;
using SessionService.Domain.UserMemories;

namespace SessionService.Api.Exports;

/// <summary>
/// Markdown for people. It leaves out the ids and metadata of messages, so it cannot be imported. What was said is quoted, and what tools
/// got and answered is in code blocks, so that only the export's own headings divide it.
/// </summary>
internal sealed class MarkdownFormat(IMapper mapper) : ExportFormat(mapper)
{
    private const string Time = "yyyy-MM-dd HH:mm:ss'Z'";

    public override string ContentType => MarkdownType;

    public override string Extension => "md";

    public override bool IsWhole => false;

    public override void WriteAttachment(StoredAttachment attachment, long offset, ReadOnlySpan<byte> piece)
    {
    }

    public override void Begin(DateTimeOffset now)
    {
    }

    public override void BeginSession(ExportedSession session, MessageParents? parents)
    {
        var of = session.Session;
        base.BeginSession(session, parents);
        Write(MarkdownText.Inline(of.Title ?? "") is { Length: > 0 } title
            ? $"# {title}\n\nSession {of.SessionId}, "
            : (FormattableString)$"# Session {of.SessionId}\n\n");
        Write($"{TextOf(of.CreatedAt.UtcDateTime)} to {TextOf(of.LastActivity.UtcDateTime)}, ");
        Write($"{of.VisibleMessages} messages, {of.TotalTokens} tokens, {of.TotalCost / 1.0000000000000000000000000000m} USD\n");
        if (of.SessionSummary.Length > 0)
        {
            Write($"\n{MarkdownText.Quote(of.SessionSummary)}\n");
        }
    }

    public override void WriteMessage(in MessageRow stored, string type, string? itemId)
    {
        var message = EarlierParts.Of(stored);
        var role = Text(message.Role);
        var name = MarkdownText.Inline(Text(message.Name));
        Write($"\n## {message.Sequence}. {MarkdownText.Inline(role)}{(name.Length > 0 ? $" {name}" : "")}, {TextOf(message.CreatedAt)}\n");
        if (message.RedactedAt is { } redactedAt)
        {
            Write($"\n*Redacted, {TextOf(redactedAt)}*\n");
            return;
        }

        var (messageType, content, metadata) = (Text(message.MessageType), Text(message.Content), Text(message.Metadata));
        var calls = ToolCall.ReadCalls(role, messageType, content, metadata);
        if (!message.Parts.IsEmpty)
        {
            var parts = MessageParts.Read(Text(message.Parts));
            WriteAll(MarkdownParts.Of(parts));
            WriteCalls(parts.Parts.Any(part => part.Kind == PartKind.Call) ? [] : calls);
        }
        else if (calls.Count == 0 && ToolCall.IsResult(role, messageType))
        {
            WriteResult(content, ToolCall.ReadName(metadata));
        }
        else
        {
            WriteSaid(content, calls);
        }
    }

    public override Task WriteBranchesAsync(IAsyncEnumerable<BranchLine> branches, Func<Task> send) => Task.CompletedTask;

    public override void EndSession(ExportedSession session)
    {
        if (session.Memory is { } memory)
        {
            Write($"\n## Memory\n\n{MarkdownText.Quote(memory.Content)}\n");
        }
    }

    public override void WriteFeedback(MessageFeedback feedback, SessionMessage message)
    {
    }

    public override void WriteUserMemory(UserMemory memory) =>
        Write($"\n# Memory of the user, {TextOf(memory.UpdatedAt.UtcDateTime)}\n\n{MarkdownText.Quote(memory.Content)}\n");

    public override void WriteEarlier(UserMemoryVersion version)
    {
    }

    public override void End(ExportTotals totals)
    {
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static string TextOf(DateTime utc) => utc.ToString(Time, CultureInfo.InvariantCulture);

    private void WriteSaid(string content, IReadOnlyList<ToolCall> calls)
    {
        // The content of a call may be its arguments.
        if (calls is not [{ Arguments: { } only }] || only != content)
        {
            Write($"\n{MarkdownText.Quote(content)}\n");
        }

        WriteCalls(calls);
    }

    private void WriteCalls(IReadOnlyList<ToolCall> calls) =>
        WriteAll(calls.SelectMany(call => MarkdownParts.Call(call.Name, call.Arguments)));

    private void WriteResult(string content, string? tool) => WriteAll(MarkdownParts.Result(tool, content));

    private void WriteAll(IEnumerable<string> blocks)
    {
        foreach (var block in blocks)
        {
            Write($"\n{block}\n");
        }
    }

    private void Write(FormattableString text) => Bytes.Write(Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture)));
}
