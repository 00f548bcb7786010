using SessionService.Application.Branches;
using SessionService.Application.Messages;
using SessionService.Domain.Errors;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.Exports;

/// <summary>Reads sessions and memories for exports. Messages are read with <see cref="Messages.IMessageReader"/>.</summary>
public interface IExportReader
{
    /// <summary>A session with its memory in one snapshot; <see langword="null"/> when there is no such session.</summary>
    Task<ExportedSession?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>All sessions of a user, the oldest first. Reads a few at a time, and holds no connection in between.</summary>
    IAsyncEnumerable<ExportedSession> ReadAsync(string userId, CancellationToken cancellationToken);

    /// <summary>All memories of a user, the oldest first; read in the same way.</summary>
    IAsyncEnumerable<UserMemory> ReadMemoriesAsync(string userId, CancellationToken cancellationToken);

    /// <summary>The earlier versions of a memory, as far as they are kept, the oldest first; read in the same way.</summary>
    IAsyncEnumerable<UserMemoryVersion> ReadEarlierAsync(UserMemory memory, CancellationToken cancellationToken);
}

/// <summary>The content of an export.</summary>
/// <param name="Sessions">The sessions, read as they are asked for.</param>
/// <param name="UserMemories">The user's memories, read likewise; none in the export of a session.</param>
public sealed record Export(IAsyncEnumerable<ExportedSession> Sessions, IAsyncEnumerable<ExportedUserMemory> UserMemories)
{
    /// <summary>
    /// The only messages to export; <see langword="null"/> for those of the current branch with all others beside them.
    /// </summary>
    public ChosenMessages? Chosen { get; init; }

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public static async Task<Export> OfSessionAsync(
        IExportReader reader, string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var session = await reader.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        return new Export(new[] { session }.ToAsyncEnumerable(), AsyncEnumerable.Empty<ExportedUserMemory>());
    }

    /// <summary>All sessions and memories of a user.</summary>
    public static Export OfUser(IExportReader reader, string userId, CancellationToken cancellationToken) => new(
        reader.ReadAsync(userId, cancellationToken),
        reader.ReadMemoriesAsync(userId, cancellationToken)
            .Select(memory => new ExportedUserMemory(memory, reader.ReadEarlierAsync(memory, cancellationToken))));
}

/// <summary>A memory of a user, and its earlier versions.</summary>
public sealed record ExportedUserMemory(UserMemory Memory, IAsyncEnumerable<UserMemoryVersion> Earlier);

/// <summary>The messages that an export was asked for.</summary>
/// <param name="Path">Their numbers.</param>
/// <param name="Parents">After which message each was written; <see langword="null"/> where the export does not tell.</param>
public sealed record ChosenMessages(MessagePath Path, MessageParents? Parents);

/// <summary>A session and its memory, if it has one.</summary>
/// <param name="HasBranches">Whether there is something to tell of its branches.</param>
/// <param name="IsRenumbered">Whether it is a fork whose copies have other numbers than the original messages.</param>
public sealed record ExportedSession(Session Session, SessionMemory? Memory, bool HasBranches, bool IsRenumbered)
{
    /// <summary>The branch that is the conversation, if there is something to tell of branches.</summary>
    public int? CurrentBranch => HasBranches ? Session.CurrentBranch ?? 1 : null;
}
