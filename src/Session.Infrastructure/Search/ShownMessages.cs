using NpgsqlTypes;
using SessionService.Application.Branches;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Which messages of a user a search finds: those of the current branches, unless the request chooses others.</summary>
internal sealed class ShownMessages
{
    // By hand: a search reads on one connection in its snapshot.
    private const string OfUser =
        """
        SELECT s.session_id, b.path
        FROM dev.sessions AS s
        JOIN dev.session_branches AS b ON b.user_id = $1 AND b.session_id = s.session_id AND b.branch_id = s.current_branch
        WHERE s.user_id = $1 AND s.current_branch IS NOT NULL AND ($2::uuid IS NULL OR s.session_id = $2)
        """;

    private static readonly ShownMessages All = new([], null);

    private readonly Dictionary<Guid, MessagePath> _paths;
    private readonly Guid? _alone;

    private ShownMessages(Dictionary<Guid, MessagePath> paths, Guid? alone) => (_paths, _alone) = (paths, alone);

    /// <param name="sql">The search's transaction.</param>
    /// <param name="userId">The user.</param>
    /// <param name="sessionId">The session to search in; <see langword="null"/> for all.</param>
    /// <param name="branch">The branches to search in. A branch is chosen in one session only; in others nothing is shown then.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static async Task<ShownMessages> ReadAsync(
        Sql sql, string userId, Guid? sessionId, BranchChoice branch, CancellationToken cancellationToken)
    {
        if (branch.IsAll)
        {
            return All;
        }

        if (branch.BranchId is { } branchId && sessionId is { } chosen)
        {
            var path = await BranchPaths.ReadAsync(sql, userId, chosen, branchId, showsOpen: true, cancellationToken);
            return new ShownMessages(path is null ? [] : new() { [chosen] = path }, chosen);
        }

        var paths = await sql.Statement(OfUser, userId, sessionId).ListAsync(
            row => (SessionId: row.GetGuid(0), Path: PathRanges.Read(row.GetFieldValue<NpgsqlRange<long>[]>(1))), cancellationToken);
        return new ShownMessages(paths.ToDictionary(path => path.SessionId, path => path.Path), null);
    }

    /// <summary>The path of a session of which not all messages are shown.</summary>
    public MessagePath? PathOf(Guid sessionId) => _paths.GetValueOrDefault(sessionId);

    /// <summary>Whether a message is shown. Titles, summaries and memories always are.</summary>
    public bool Has(in IndexedMessage message) =>
        !message.IsMessage
        || (_paths.TryGetValue(message.SessionId, out var path) ? path.Contains(message.Sequence) : _alone is null);
}
