using System.Text;
using SessionService.Application.Messages;

namespace SessionService.Application.Contexts;

/// <summary>A message that may become part of a context, with its tokens and its tool calls.</summary>
internal sealed record ContextCandidate
{
    /// <summary>What stands for a redacted result whose call remains.</summary>
    public const string Removed = "[removed]";

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

    public required bool IsRedacted { get; init; }

    /// <summary>The tokens that are missing in the middle; <see langword="null"/> where the message is whole.</summary>
    public int? OmittedTokens { get; init; }

    /// <summary>The tool calls of the message; empty where it makes none, or where a redaction has removed them.</summary>
    public required IReadOnlyList<ToolCall> Calls { get; init; }

    public bool IsCall => Calls.Count > 0;

    public bool IsResult => !IsCall && ToolCall.IsResult(Role, MessageType);

    /// <summary>Whether the message may have made calls that a redaction has removed.</summary>
    public bool MayHaveCalled => IsRedacted && !IsResult && (Role is "assistant" || MessageType is "tool_call");

    /// <summary>The id of the call that the message names as answered, if it is a result.</summary>
    public required string? AnsweredCallId { get; init; }

    public static int Estimate(string text) => Estimate(Encoding.UTF8.GetByteCount(text));

    /// <param name="row">The message.</param>
    /// <param name="isForChat">Whether redacted messages are left out, or named where their place must be kept.</param>
    public static ContextCandidate From(in MessageRow row, bool isForChat)
    {
        var isRedacted = row.RedactedAt is not null;
        var metadata = Encoding.UTF8.GetString(row.Metadata.Span);
        var (role, type, content) = (
            Encoding.UTF8.GetString(row.Role.Span),
            Encoding.UTF8.GetString(row.MessageType.Span),
            Encoding.UTF8.GetString(row.Content.Span));
        var isResult = ToolCall.IsResult(role, type);
        if (isRedacted && isForChat && isResult)
        {
            content = Removed;
        }

        var (tokens, isEstimated) = (isRedacted && isForChat, row.TokensUsed > 0) switch
        {
            (true, _) => (isResult ? Estimate(content) : 0, isResult),
            (_, true) => (row.TokensUsed, false),
            _ => (Estimate(row.Content.Length), true),
        };
        return new ContextCandidate
        {
            MessageId = row.MessageId,
            Sequence = row.Sequence,
            Role = role,
            Content = content,
            MessageType = type,
            Metadata = metadata,
            Tokens = tokens,
            IsEstimated = isEstimated,
            CreatedAt = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero),
            IsRedacted = isRedacted,
            Calls = isRedacted ? [] : ToolCall.ReadCalls(role, type, content, metadata),
            AnsweredCallId = isResult ? ToolCall.ReadAnsweredId(metadata) : null,
        };
    }

    public ContextCandidate With(Excerpt excerpt) => this with
    {
        Content = excerpt.Content,
        Tokens = excerpt.Tokens,
        IsEstimated = true,
        OmittedTokens = excerpt.OmittedTokens,
    };

    private static int Estimate(int bytes) => Math.Max(1, (bytes + BytesPerToken - 1) / BytesPerToken);
}
