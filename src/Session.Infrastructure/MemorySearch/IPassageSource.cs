using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>One kind of a user's texts in which a question finds passages.</summary>
internal interface IPassageSource
{
    /// <summary>Its name, of <see cref="MemorySources"/>.</summary>
    string Name { get; }

    /// <summary>Reads what a question compares: words and vectors of the user's passages.</summary>
    /// <param name="sql">The search's transaction, which has one snapshot.</param>
    /// <param name="question">The question.</param>
    /// <param name="analysed">The words of the question. A passage need hold no others.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<OpenedSource> OpenAsync(Sql sql, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken);
}

/// <summary>The passages of a source.</summary>
/// <param name="Sets">All passages of the user.</param>
/// <param name="IsWanted">Whether a passage may be an answer.</param>
/// <param name="ReadAsync">Reads the texts of some passages, by id; those that no longer exist are left out.</param>
/// <param name="PathOf">The path of a session of which only some messages are shown.</param>
internal sealed record OpenedSource(
    IReadOnlyList<PassageSet> Sets,
    Predicate<IndexedMessage> IsWanted,
    Func<IReadOnlyList<IndexedMessage>, CancellationToken, Task<IReadOnlyDictionary<Guid, PassageText>>> ReadAsync,
    Func<Guid, MessagePath?>? PathOf = null);

/// <param name="Content">The text.</param>
/// <param name="Metadata">The client's own labels.</param>
/// <param name="SessionId">The session, if any.</param>
/// <param name="Sequence">The number of the message, or of the message that a memory came from.</param>
/// <param name="Speaker">Who speaks in a message; empty for a memory.</param>
internal sealed record PassageText(string Content, JsonText Metadata, Guid? SessionId, long? Sequence, string Speaker = "");
