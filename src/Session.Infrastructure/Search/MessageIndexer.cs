using System.Globalization;
using SessionService.Application.MemorySearch.Ranking;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Turns messages into entries of an index segment.</summary>
internal sealed class MessageIndexer(TextAnalyzer analyzer, SearchCache cache)
{
    /// <summary>Adds messages to a segment, in their order.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="isForNow">Whether the same texts may be asked for again soon, so that their lexemes are kept in memory.</param>
    /// <param name="sql">Turns texts into lexemes.</param>
    /// <param name="cancellationToken">Ends the indexing.</param>
    public async Task AddAsync(
        IndexSegmentBuilder segment, IReadOnlyList<SessionMessage> messages, bool isForNow, Sql sql, CancellationToken cancellationToken)
    {
        // Many messages share a day and a speaker.
        var headings = messages.Select(HeadingOf).ToList();
        var (texts, calls) = SearchableText.AndCallsOf(messages);
        var analyzed = await AnalyzeAsync([.. texts, .. headings, .. calls], isForNow, sql, cancellationToken);
        for (var i = 0; i < messages.Count; i++)
        {
            segment.Add(
                Describe(messages[i], analyzed[texts[i]].Traits), analyzed[texts[i]], analyzed[headings[i]], analyzed[calls[i]]);
        }
    }

    /// <summary>The lexemes of each text.</summary>
    public async Task<Dictionary<string, AnalyzedText>> AnalyzeAsync(
        IEnumerable<string> texts, bool isForNow, Sql sql, CancellationToken cancellationToken)
    {
        var analyzed = new Dictionary<string, AnalyzedText>(StringComparer.Ordinal);
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!analyzed.ContainsKey(text))
            {
                if (cache.FindText(text) is { } known)
                {
                    analyzed.Add(text, known);
                }
                else
                {
                    unknown.Add(text);
                }
            }
        }

        foreach (var (text, lexemes) in unknown.Zip(await analyzer.AnalyzeAsync(sql, [.. unknown], cancellationToken)))
        {
            var described = lexemes with { Traits = MessageTraits.Of(text) };
            analyzed.Add(text, described);
            if (isForNow)
            {
                cache.Add(text, described);
            }
        }

        return analyzed;
    }

    /// <summary>A day as people write it: <c>8 May 2023</c>.</summary>
    public static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>The day and who speaks: <c>8 May 2023 Caroline</c>.</summary>
    private static string HeadingOf(SessionMessage message) => $"{DayOf(message.CreatedAt)} {RankingText.SpeakerOf(message)}";

    private static IndexedMessage Describe(SessionMessage message, MessageTraits traits) => new(
        message.SessionId,
        message.Sequence,
        message.MessageId,
        message.Role,
        message.MessageType,
        IndexedMessage.ToMicroseconds(message.CreatedAt),
        Length: 0,
        HeadingLength: 0,
        RankingText.NameOf(message) is null ? traits : traits.WithName());
}
