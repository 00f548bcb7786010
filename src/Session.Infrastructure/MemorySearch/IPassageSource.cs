using Npgsql;
using SessionService.Application.Json;
using SessionService.Application.MemorySearch;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>Something of a user's in which passages are found.</summary>
internal interface IPassageSource
{
    /// <summary>Its name, of <see cref="MemorySources"/>.</summary>
    string Name { get; }

    /// <summary>What there is of the user's.</summary>
    /// <param name="connection">A connection in the search's transaction, of one snapshot.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="analysed">Its words. Passages need be known by no others.</param>
    /// <param name="cancellationToken">Cancels the statements.</param>
    Task<OpenedSource> OpenAsync(NpgsqlConnection connection, MemoryQuestion question, AnalysedQuestion analysed, CancellationToken cancellationToken);
}

/// <summary>What a source has of a user's.</summary>
/// <param name="Segments">All of it.</param>
/// <param name="IsWanted">What of it may be an answer.</param>
/// <param name="ReadAsync">Reads the text of some, by id; what is not there any more is left out.</param>
internal sealed record OpenedSource(
    IReadOnlyList<PassageSegment> Segments,
    Predicate<IndexedMessage> IsWanted,
    Func<IReadOnlyList<IndexedMessage>, CancellationToken, Task<IReadOnlyDictionary<Guid, PassageText>>> ReadAsync);

/// <param name="Content">The text.</param>
/// <param name="Metadata">The client's own labels.</param>
/// <param name="Sequence">The message's number, or of the one that a memory came from.</param>
/// <param name="SessionId">The session, if any.</param>
internal sealed record PassageText(string Content, JsonText Metadata, Guid? SessionId, long? Sequence);
