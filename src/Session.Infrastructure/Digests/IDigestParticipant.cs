using SessionService.Domain.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>Keeps something that is derived from messages current, as a part of the digest.</summary>
internal interface IDigestParticipant
{
    /// <summary>
    /// Works out what new messages change; may read from the database. The digest calls the returned function in the same transaction,
    /// after every participant has worked out its part. Each message comes once, or again after a transaction that was rolled back.
    /// </summary>
    /// <param name="batch">Messages of one user; at least one.</param>
    /// <param name="sql">The digest's transaction (read committed).</param>
    /// <param name="cancellationToken">Ends the digest; its transaction is rolled back.</param>
    Task<DigestWrite> PrepareAsync(DigestBatch batch, Sql sql, CancellationToken cancellationToken);
}

/// <summary>
/// Writes what a participant has worked out. False where somebody else has changed the rows that it was worked out from: then the
/// transaction is rolled back, and the messages are digested another time. The sessions are locked only afterwards, so no append waits for
/// this.
/// </summary>
internal delegate Task<bool> DigestWrite(Sql sql, CancellationToken cancellationToken);

/// <summary>What is digested in one transaction: new messages of sessions of one user.</summary>
/// <param name="UserId">Their owner.</param>
/// <param name="Runs">The sessions, by id.</param>
internal sealed record DigestBatch(string UserId, IReadOnlyList<DigestRun> Runs)
{
    public IEnumerable<SessionMessage> Messages => Runs.SelectMany(run => run.Messages);
}

/// <summary>The messages of one session that follow on those digested before.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="DigestedMessages">How many were digested before; the first message of the run has the next number.</param>
/// <param name="CopiedMessages">Messages up to this number were copied from another session, and count as no usage of this one.</param>
/// <param name="Messages">In order, without gaps; none where only something else about the session has changed.</param>
internal sealed record DigestRun(Guid SessionId, long DigestedMessages, long CopiedMessages, IReadOnlyList<SessionMessage> Messages)
{
    /// <summary>The number of the newest message that is digested after this run.</summary>
    public long LastSequence => DigestedMessages + Messages.Count;
}
