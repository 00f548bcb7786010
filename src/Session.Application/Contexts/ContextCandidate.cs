using System.Globalization;
using System.Text;
using System.Text.Json;
using SessionService.Application.Contexts.Formats;
using SessionService.Application.Contexts.Tokens;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts;

/// <summary>A message that may become part of a context, with its tokens and its parts.</summary>
internal sealed record ContextCandidate
{
    // Arguments of at most so many tokens are never left out.
    private const int MaxArgumentTokens = 50;

    public required Guid MessageId { get; init; }

    public required long Sequence { get; init; }

    public required string Role { get; init; }

    public required string? Name { get; init; }

    /// <summary><see langword="null"/> for <c>completed</c>.</summary>
    public required string? Status { get; init; }

    public required string Content { get; init; }

    public required string MessageType { get; init; }

    public required string Metadata { get; init; }

    /// <summary>The parts as they are stored; <see langword="null"/> where the content was given as a text.</summary>
    public required string? StoredParts { get; init; }

    public required int Tokens { get; init; }

    public required bool IsEstimated { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether nothing of the message is given to a model, because it is redacted or not whole.</summary>
    public required bool IsHidden { get; init; }

    /// <summary>The tokens that are missing in the middle; <see langword="null"/> where the message is whole.</summary>
    public int? OmittedTokens { get; init; }

    /// <summary>
    /// The parts, also of a message that was written as a text. Of a hidden message at most a result that stands for its own.
    /// </summary>
    public required IReadOnlyList<MessagePart> Parts
    {
        get;
        init
        {
            field = value;
            Calls = [.. value.Where(part => part.Kind == PartKind.Call)];
            Results = [.. value.Where(part => part.Kind == PartKind.Result)];
        }
    }

    public IReadOnlyList<MessagePart> Calls { get; private init; } = [];

    public IReadOnlyList<MessagePart> Results { get; private init; } = [];

    public bool IsCall => Calls.Count > 0;

    /// <summary>Whether the results of all calls come in messages behind this one.</summary>
    public bool IsCallOnly => IsCall && Results.Count == 0;

    /// <summary>Whether the message may have made calls that nobody can see any more.</summary>
    public bool MayHaveCalled => IsHidden && Results.Count == 0 && (Role is MessageRoles.Assistant || MessageType is MessageTypes.ToolCall);

    /// <summary>The length of everything that an answer may hold of the message.</summary>
    public long Length => Content.Length + Metadata.Length + (StoredParts?.Length ?? 0);

    /// <param name="stored">The message.</param>
    /// <param name="reading">Which parts of messages are used.</param>
    /// <param name="counter">Counts where the message does not say its tokens.</param>
    /// <param name="kept">The tokens of its words, where they were counted before.</param>
    public static ContextCandidate From(in MessageRow stored, ContextReading reading, TokenCounter counter, int? kept)
    {
        var row = EarlierParts.Of(stored);
        var isRedacted = row.RedactedAt is not null;
        var status = row.Status.IsEmpty ? null : Encoding.UTF8.GetString(row.Status.Span);
        var (role, type, content, metadata, given) = (
            Encoding.UTF8.GetString(row.Role.Span),
            Encoding.UTF8.GetString(row.MessageType.Span),
            Encoding.UTF8.GetString(row.Content.Span),
            Encoding.UTF8.GetString(row.Metadata.Span),
            row.Parts.IsEmpty ? null : Encoding.UTF8.GetString(row.Parts.Span));
        var isOpen = reading.IsForModel && status is not (null or MessageStatuses.Completed);
        IReadOnlyList<MessagePart> parts = (isOpen, isRedacted) switch
        {
            (true, _) => [],
            (_, true) => ToolCall.IsResult(role, type) ? [NeutralParts.Removed] : [],
            _ => NeutralParts.Of(role, type, content, metadata, given),
        };
        var (tokens, isEstimated) = (reading.IsForModel && (isOpen || isRedacted), row.TokensUsed > 0) switch
        {
            (true, _) => parts is [var result] ? (counter.Count(result.Text), true) : (0, false),
            (_, true) => (row.TokensUsed, false),
            _ when isRedacted => (counter.Count(content), true),
            _ => (Sum(kept ?? MessageTokenCounts.OfWords(parts, counter), MessageTokenCounts.OfOthers(parts, counter, reading)), true),
        };
        return new ContextCandidate
        {
            MessageId = row.MessageId,
            Sequence = row.Sequence,
            Role = role,
            Name = row.Name.IsEmpty ? null : Encoding.UTF8.GetString(row.Name.Span),
            Status = status,
            Content = content,
            MessageType = type,
            Metadata = metadata,
            StoredParts = given,
            Tokens = tokens,
            IsEstimated = isEstimated,
            CreatedAt = new DateTimeOffset(row.CreatedAt, TimeSpan.Zero),
            IsHidden = isOpen || isRedacted,
            Parts = parts,
        };
    }

    /// <summary>
    /// The tokens of each text and result of which the middle may be cut out, by the index of the part. Calls are left whole, because a
    /// part of their arguments is no JSON; and where a call was written as a text, the text may be its arguments.
    /// </summary>
    public IReadOnlyList<(int Part, int Tokens)> Cuttable(TokenCounter counter, bool isAlone)
    {
        if (StoredParts is null && IsCall && !isAlone)
        {
            return [];
        }

        var texts = Enumerable.Range(0, Parts.Count)
            .Where(i => Parts[i] is { Kind: PartKind.Text or PartKind.Refusal or PartKind.Result, Text.Length: > 0 })
            .ToList();
        if (Parts.Count == 1 && texts.Count == 1 && Parts[0].Nested.Count == 0)
        {
            return [(0, Tokens)];
        }

        var counts = texts.ConvertAll(i => (Part: i, Tokens: (long)counter.Count(Parts[i].Text)));
        if (!IsEstimated)
        {
            // How the given tokens are divided among the parts is not known.
            var sum = Math.Max(1, counts.Sum(text => text.Tokens));
            counts = counts.ConvertAll(text => (text.Part, text.Tokens * Tokens / sum));
        }

        return counts.ConvertAll(text => (text.Part, (int)text.Tokens));
    }

    /// <summary>The message with texts of at most so many tokens; <see langword="null"/> where not even the marks fit.</summary>
    /// <param name="cuttable">What may be cut.</param>
    /// <param name="maxTokens">The most tokens of each text.</param>
    /// <param name="counter">Holds the excerpts to what was estimated.</param>
    public ContextCandidate? Cut(IReadOnlyList<(int Part, int Tokens)> cuttable, int maxTokens, TokenCounter counter)
    {
        var (parts, saved, omitted) = (Parts.ToArray(), 0L, 0L);
        foreach (var (i, tokens) in cuttable.Where(text => text.Tokens > maxTokens))
        {
            if (Excerpt.Of(parts[i].Text, tokens, maxTokens, IsEstimated ? counter : null) is not { } excerpt)
            {
                return null;
            }

            // The JSON of the client has the whole text.
            parts[i] = parts[i] with { Text = excerpt.Content, Json = default };
            saved += tokens - excerpt.Tokens;
            omitted += excerpt.OmittedTokens;
        }

        return omitted == 0 ? this : this with
        {
            Parts = parts,
            Content = ContentOf(parts),
            Tokens = (int)Math.Max(0, Tokens - saved),
            IsEstimated = true,
            OmittedTokens = (int)Math.Min(int.MaxValue, omitted),
        };
    }

    /// <summary>The message with the names of its media in place of them, and without long arguments of calls.</summary>
    public ContextCandidate WithoutMedia(TokenCounter counter, ContextReading reading)
    {
        var parts = Parts.Select(part => Shorter(part, counter)).ToList();
        if (parts.SequenceEqual(Parts))
        {
            return this;
        }

        var tokens = Sum(MessageTokenCounts.OfWords(parts, counter), MessageTokenCounts.OfOthers(parts, counter, reading));
        return this with
        {
            Parts = parts,
            Content = ContentOf(parts),
            Tokens = tokens,
            IsEstimated = true,
            OmittedTokens = Sum(OmittedTokens ?? 0, Math.Max(0, Tokens - tokens)),
        };
    }

    private static MessagePart Shorter(MessagePart part, TokenCounter counter)
    {
        if (part.Media is { } media)
        {
            return part with { Kind = PartKind.Text, Text = GivenMedia.NameOf(media), Media = null, Json = default };
        }

        if (part.Kind == PartKind.Call && counter.Count(part.Arguments) is > MaxArgumentTokens and var tokens)
        {
            var omitted = string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens left out");
            return part with { GivenArguments = JsonSerializer.SerializeToElement(new { omitted }), Json = default };
        }

        return part.Nested.Count == 0 ? part : part with { Nested = [], Json = default };
    }

    /// <summary>The text of a message, as it follows from parts.</summary>
    private static string ContentOf(IReadOnlyList<MessagePart> parts)
    {
        var hasOther = parts.Any(part => part.Kind is PartKind.Text or PartKind.Refusal or PartKind.Call);
        return string.Join('\n', parts
            .Where(part => hasOther ? part.Kind is PartKind.Text or PartKind.Refusal : part.Kind is PartKind.Result)
            .Where(part => part.Text.Length > 0)
            .Select(part => part.Text));
    }

    private static int Sum(int words, int others) => (int)Math.Min(int.MaxValue, (long)words + others);
}
