using System.Buffers;
using System.Globalization;
using System.Text;
using AutoMapper;
using SessionService.Application.Exports;
using SessionService.Application.Messages;
using SessionService.Domain.UserMemories;

namespace SessionService.Api.Exports;

/// <summary>Markdown for people. It leaves out ids and metadata, so it cannot be imported.</summary>
internal sealed class MarkdownFormat(IMapper mapper) : ExportFormat(mapper)
{
    private const string Time = "yyyy-MM-dd HH:mm:ss'Z'";

    public override string ContentType => MarkdownType;

    public override string Extension => "md";

    public override void Begin(DateTimeOffset now)
    {
    }

    public override void BeginSession(ExportedSession session)
    {
        var of = session.Session;
        base.BeginSession(session);
        Write($"# Session {of.SessionId}\n\n");
        Write($"{TextOf(of.CreatedAt.UtcDateTime)} to {TextOf(of.LastActivity.UtcDateTime)}, ");
        Write($"{of.MessageCount} messages, {of.TotalTokens} tokens, {of.TotalCost / 1.0000000000000000000000000000m} USD\n");
        if (of.SessionSummary.Length > 0)
        {
            Write($"\n{of.SessionSummary}\n");
        }
    }

    public override void WriteMessage(in MessageRow message)
    {
        Write($"\n## {message.Sequence}. {Encoding.UTF8.GetString(message.Role.Span)}, {TextOf(message.CreatedAt)}\n\n");
        Bytes.Write(message.Content.Span);
        Write($"\n");
    }

    public override void EndSession(ExportedSession session)
    {
        if (session.Memory is { } memory)
        {
            Write($"\n## Memory\n\n{memory.Content}\n");
        }
    }

    public override void WriteUserMemory(UserMemory memory) =>
        Write($"\n# Memory of the user, {TextOf(memory.UpdatedAt.UtcDateTime)}\n\n{memory.Content}\n");

    public override void WriteEarlier(UserMemoryVersion version)
    {
    }

    public override void End(ExportTotals totals)
    {
    }

    private static string TextOf(DateTime utc) => utc.ToString(Time, CultureInfo.InvariantCulture);

    private void Write(FormattableString text) => Bytes.Write(Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture)));
}
