using SessionService.Application.Imports;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Tokens;

/// <summary>What the parts of a message count for. Roles, ids and the marks of formats count nothing.</summary>
public static class MessageTokenCounts
{
    private const int Image = 1_000;
    private const int Audio = 1_000;
    private const int Video = 4_000;
    private const int File = 2_000;

    // A picture that cannot be given is named.
    private const int Named = 30;

    // Encrypted reasoning is about this much longer than what it stands for.
    private const int EncryptedBytesPerToken = 4;

    /// <summary>The tokens of a stored message's words. A digest keeps the number.</summary>
    public static int OfWords(TokenCounter counter, string role, string type, string content, string metadata, string? parts) =>
        parts is null && EarlierParts.Of(content, type, metadata) is var (earlier, rest)
            ? OfWords(NeutralParts.Of(role, type, content, rest, earlier), counter)
            : OfWords(NeutralParts.Of(role, type, content, metadata, parts), counter);

    /// <summary>The tokens of texts, calls and results, one at least. Media and reasoning are no words.</summary>
    internal static int OfWords(IReadOnlyList<MessagePart> parts, TokenCounter counter)
    {
        long tokens = 0;
        foreach (var part in parts)
        {
            tokens += part.Kind switch
            {
                PartKind.Text or PartKind.Refusal or PartKind.Result when part.Text.Length > 0 => counter.Count(part.Text),
                PartKind.Call => counter.Count($"{part.ToolName}{part.Arguments}"),
                _ => 0,
            };
        }

        return (int)Math.Clamp(tokens, 1, int.MaxValue);
    }

    /// <summary>The tokens of media and reasoning.</summary>
    internal static int OfOthers(IReadOnlyList<MessagePart> parts, TokenCounter counter, ContextReading reading) =>
        (int)Math.Min(int.MaxValue, parts.Sum(part => Of(part, counter, reading)));

    private static long Of(MessagePart part, TokenCounter counter, ContextReading reading) => part.Kind switch
    {
        PartKind.Media when part.Media is { } media => Of(media, reading.IsInline),
        PartKind.Result => part.Nested.Sum(nested => Of(nested, counter, reading)),
        PartKind.Reasoning when reading.HasReasoning => part.Text.Length > 0
            ? counter.Count(part.Text)
            : part.Json.ValueKind == default ? 0 : part.Json.GetRawText().Length / EncryptedBytesPerToken,
        _ => 0,
    };

    private static int Of(PartMedia media, bool isInline) => media switch
    {
        { Url: null, Base64: null, FileId: null } when media.AttachmentId is null || !isInline => Named,
        { Kind: MediaKind.Image } => Image,
        { Kind: MediaKind.Audio } => Audio,
        { Kind: MediaKind.Video } => Video,
        _ => File,
    };
}
