using Npgsql;
using SessionService.Domain.Messages;

namespace SessionService.Infrastructure.Digests;

/// <summary>Something that follows from messages and is kept up to date by the digest.</summary>
internal interface IDigestParticipant
{
    /// <summary>
    /// Works out what new messages mean to it; may read through the connection. What it returns writes the outcome, and is called in the
    /// same transaction when every participant has worked out its own. Each message comes to this once, or again after a transaction
    /// that was rolled back.
    /// </summary>
    /// <param name="batch">Messages of one user; at least one.</param>
    /// <param name="connection">The connection, in the digest's transaction (read committed).</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<DigestWrite> PrepareAsync(DigestBatch batch, NpgsqlConnection connection, CancellationToken cancellationToken);
}

/// <summary>
/// Writes what was prepared. False where somebody else has changed what it was prepared on: then everything is rolled back, and
/// digested again another time. The sessions are locked only after this, so no append waits for it.
/// </summary>
internal delegate Task<bool> DigestWrite(NpgsqlConnection connection, CancellationToken cancellationToken);

/// <summary>What is digested in one transaction: new messages of sessions of one user.</summary>
/// <param name="UserId">Their owner.</param>
/// <param name="Runs">The sessions, by id.</param>
internal sealed record DigestBatch(string UserId, IReadOnlyList<DigestRun> Runs)
{
    public IEnumerable<SessionMessage> Messages => Runs.SelectMany(run => run.Messages);
}

/// <summary>The messages of one session that follow on those digested before.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="DigestedMessages">How many had been digested before; the first of these has the next number.</param>
/// <param name="CopiedMessages">Messages up to this number were copied from another session, and used nothing here.</param>
/// <param name="Messages">In order, without gaps; none where only something else about the session has changed.</param>
internal sealed record DigestRun(Guid SessionId, long DigestedMessages, long CopiedMessages, IReadOnlyList<SessionMessage> Messages)
{
    /// <summary>The number of the newest message that is digested after this.</summary>
    public long LastSequence => DigestedMessages + Messages.Count;
}
