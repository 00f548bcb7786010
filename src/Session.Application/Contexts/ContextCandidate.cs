using System.Text;
using SessionService.Application.Messages;

namespace SessionService.Application.Contexts;

/// <summary>A message that may become part of a context, with its tokens and its tool calls.</summary>
internal sealed class ContextCandidate
{
    private const int BytesPerToken = 4;

    public required Guid MessageId { get; init; }

    public required long Sequence { get; init; }

    public required string Role { get; init; }

    public required string Content { get; init; }

    public required string MessageType { get; init; }

    public required string Metadata { get; init; }

    public required int Tokens { get; init; }

    public required bool IsEstimated { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The tool calls of the message; empty where it makes none.</summary>
    public required IReadOnlyList<ToolCall> Calls { get; init; }

    public bool IsCall => Calls.Count > 0;

    public bool IsResult => !IsCall && ToolCall.IsResult(Role, MessageType);

    /// <summary>The id of the call that the message names as answered, if it is a result.</summary>
    public required string? AnsweredCallId { get; init; }

    public static int Estimate(string text) => Estimate(Encoding.UTF8.GetByteCount(text));

    public static ContextCandidate From(in MessageRow row)
    {
        var metadata = Encoding.UTF8.GetString(row.Metadata.Span);
        var (role, type, content) = (
            Encoding.UTF8.GetString(row.Role.Span),
            Encoding.UTF8.GetString(row.MessageType.Span),
            Encoding.UTF8.GetString(row.Content.Span));
        return new ContextCandidate
        {
            MessageId = row.MessageId,
            Sequence = row.Sequence,
            Role = role,
            Content = content,
            MessageType = type,
            Metadata = metadata,
            Tokens = row.TokensUsed > 0 ? row.TokensUsed : Estimate(row.Content.Length),
            IsEstimated = row.TokensUsed <= 0,
            CreatedAt = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero),
            Calls = ToolCall.ReadCalls(role, type, content, metadata),
            AnsweredCallId = ToolCall.IsResult(role, type) ? ToolCall.ReadAnsweredId(metadata) : null,
        };
    }

    private static int Estimate(int bytes) => Math.Max(1, (bytes + BytesPerToken - 1) / BytesPerToken);
}
