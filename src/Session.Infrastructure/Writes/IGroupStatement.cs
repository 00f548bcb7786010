using Npgsql;

namespace SessionService.Infrastructure.Writes;

/// <summary>One statement that makes a group of writes, all in one transaction.</summary>
internal interface IGroupStatement<TWrite, TOutcome>
{
    WriteKind Kind { get; }

    /// <summary>The user whose rows a write is about.</summary>
    string UserOf(TWrite write);

    /// <summary>About what a write takes in memory and in the statement, in bytes.</summary>
    long SizeOf(TWrite write);

    /// <summary>
    /// The row that a write locks, if it locks one that is there already. While a group of one writer has it, no other writer takes a write
    /// to it: that would only wait, and those that wait can share a statement.
    /// </summary>
    Guid? RowOf(TWrite write);

    /// <summary>
    /// Who may stand in one group: a new answer to whether a write may join those that the same answer has let in already. The first is
    /// always let in. Kept apart are writes of which one must see what the other did, such as two with the same key.
    /// </summary>
    Predicate<TWrite> NewAdmission();

    /// <summary>
    /// Executes the statement and answers after its commit. A fault of one write is that write's outcome
    /// and harms no other; an exception is thrown only where the statement as a whole failed.
    /// </summary>
    /// <returns>The outcomes, in the order of the writes.</returns>
    Task<TOutcome[]> ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<TWrite> writes, CancellationToken cancellationToken);

    /// <summary>Whether a write of this outcome was made.</summary>
    bool IsMade(TOutcome outcome);
}
