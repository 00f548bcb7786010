using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages;

/// <summary>The outcome of one write of a group.</summary>
/// <param name="FirstSequence">The number of its first message; <see langword="null"/> when the write was not made.</param>
/// <param name="Session">Where the write was not made: the session at that time, if there is one.</param>
internal readonly record struct Appended(long? FirstSequence, SessionState? Session);

internal readonly record struct SessionState(SessionStatus Status, long MessageCount);

/// <summary>Appends the messages of a group of writes, to any sessions.</summary>
internal sealed class AppendStatement : IGroupStatement<Append, Appended>, IAppendInTransaction
{
    // Approximate size of a message without its texts.
    private const int MessageOverheadBytes = 512;

    public WriteKind Kind => WriteKind.Append;

    public string UserOf(Append write) => write.UserId;

    public long SizeOf(Append write)
    {
        long size = 0;
        foreach (var one in write.Messages)
        {
            var message = one.Message;
            size += MessageOverheadBytes
                + (sizeof(char) * ((long)message.Content.Length + message.Metadata.Length + (message.Parts?.Length ?? 0)));
        }

        return size;
    }

    public Guid? RowOf(Append write) => write.SessionId;

    /// <summary>
    /// A write with an expected number is the only one to its session: the statement knows the next number only as of its start. Two writes
    /// with the same key, message or item are kept apart: the later one must find the earlier one. Messages in progress and items have
    /// statements of their own.
    /// </summary>
    public Predicate<Append> NewAdmission()
    {
        var sessions = new HashSet<Guid>();
        var conditional = new HashSet<Guid>();
        var keys = new HashSet<(string, string)>();
        var ids = new HashSet<Guid>();
        var items = new HashSet<(Guid, string)>();
        var opens = false;
        return write =>
        {
            var ownIds = write.Messages.Where(message => message.HasOwnId).Select(message => message.Message.MessageId);
            var ownItems = write.Messages.Where(message => message.Message.ItemId is not null)
                .Select(message => (write.SessionId, message.Message.ItemId!));
            if (conditional.Contains(write.SessionId)
                || (IsConditional(write) && sessions.Contains(write.SessionId))
                || (write.Key is not null && keys.Contains((write.UserId, write.Key.Value)))
                || ownIds.Any(ids.Contains)
                || ownItems.Any(items.Contains)
                || (write.Opening is not null && items.Count > 0)
                || (opens && ownItems.Any()))
            {
                return false;
            }

            sessions.Add(write.SessionId);
            ids.UnionWith(ownIds);
            items.UnionWith(ownItems);
            opens |= write.Opening is not null;
            if (IsConditional(write))
            {
                conditional.Add(write.SessionId);
            }

            if (write.Key is not null)
            {
                keys.Add((write.UserId, write.Key.Value));
            }

            return true;
        };
    }

    public Task<Appended[]> ExecuteInTransactionAsync(
        NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, writes, cancellationToken);

    public Task<Appended[]> ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<Append> writes, CancellationToken cancellationToken)
    {
        var rows = Rows(writes);
        var takesUp = writes.Any(write => write.TakesUp);
        SqlValue[] values =
        [
            SqlValue.Column(rows, row => row.Index, NpgsqlDbType.Integer),
            SqlValue.Column(rows, row => row.Write.UserId, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.Write.SessionId, NpgsqlDbType.Uuid),
            SqlValue.Column(rows, row => row.New.Message.MessageId, NpgsqlDbType.Uuid),
            SqlValue.Column(rows, row => row.New.HasOwnId ? row.New.Message.MessageId : (Guid?)null, NpgsqlDbType.Uuid),
            SqlValue.Column(rows, row => row.New.Message.Role, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.New.Message.Content, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.New.Message.MessageType, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.New.Message.Metadata, NpgsqlDbType.Jsonb),
            SqlValue.Column(rows, row => row.New.Message.TokensUsed, NpgsqlDbType.Integer),
            SqlValue.Column(rows, row => row.New.Message.CostUsd, NpgsqlDbType.Numeric),
            SqlValue.Column(rows, row => row.New.Message.CreatedAt, NpgsqlDbType.TimestampTz),
            SqlValue.Column(rows, row => row.Write.Now, NpgsqlDbType.TimestampTz),
            SqlValue.Column(rows, row => row.Write.ExpectedSequence, NpgsqlDbType.Bigint),
            SqlValue.Column(rows, row => row.IsFirst ? row.Write.Messages.Count : (int?)null, NpgsqlDbType.Integer),
            SqlValue.Column(rows, row => row.IsFirst ? row.Write.Key?.Value : null, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.IsFirst ? row.Write.Key?.RequestHash : null, NpgsqlDbType.Bytea),
            SqlValue.Column(rows, row => row.New.Message.RedactedAt, NpgsqlDbType.TimestampTz),
            SqlValue.Column(rows, row => row.Write.ImportedAt, NpgsqlDbType.TimestampTz),
        ];
        var text = takesUp ? AppendSql.TextsToAnySessions : AppendSql.TextsToSessionsInUse;
        if (rows.Exists(row => row.New.IsMoreThanText))
        {
            text = takesUp ? AppendSql.PartsToAnySessions : AppendSql.PartsToSessionsInUse;
            values = [.. values, .. ValuesOfParts(rows)];
        }

        if (writes.FirstOrDefault(write => write.Opening is not null)?.Opening is { } opening)
        {
            text = takesUp ? AppendSql.OpenToAnySessions : AppendSql.OpenToSessionsInUse;
            values =
            [
                .. values,
                SqlValue.Column(rows, row => row.New.Opens, NpgsqlDbType.Boolean),
                SqlValue.Column(rows, row => row.Write.Messages.Count(message => message.Opens), NpgsqlDbType.Integer),
                opening.MaxOfSession,
                opening.MaxOfUser,
                SqlValue.Of(opening.AbandonedAfter, NpgsqlDbType.Interval),
            ];
        }

        // Items have parts.
        if (rows.Exists(row => row.New.Message.ItemId is not null))
        {
            text = takesUp ? AppendSql.ItemsToAnySessions : AppendSql.ItemsToSessionsInUse;
            values = [.. values, SqlValue.Column(rows, row => row.New.Message.ItemId, NpgsqlDbType.Text)];
        }

        return new Sql(connection, commitsItself: true)
            .Statement(text, values)
            .ReadAsync(reader => ReadAsync(reader, writes.Count, cancellationToken), cancellationToken);
    }

    // The statement knows the session only as of its start.
    private static bool IsConditional(Append write) => write.ExpectedSequence is not null || write.Opening is not null;

    private static SqlValue[] ValuesOfParts(List<Row> rows)
    {
        var uses = rows
            .SelectMany((row, i) => PartFiles.ReferencesIn(row.New.Message.Parts).Select(id => (Position: i + 1L, Attachment: id)))
            .ToList();
        return
        [
            SqlValue.Column(rows, row => row.New.Message.Parts, NpgsqlDbType.Json),
            SqlValue.Column(rows, row => row.New.Message.Name, NpgsqlDbType.Text),
            SqlValue.Column(rows, row => row.New.Message.Status, NpgsqlDbType.Text),
            SqlValue.Column(uses, use => use.Position, NpgsqlDbType.Bigint),
            SqlValue.Column(uses, use => use.Attachment, NpgsqlDbType.Uuid),
        ];
    }

    public bool IsMade(Appended outcome) => outcome.FirstSequence is not null;

    private static async Task<Appended[]> ReadAsync(NpgsqlDataReader reader, int writes, CancellationToken cancellationToken)
    {
        var outcomes = new Appended[writes];
        while (await reader.ReadAsync(cancellationToken))
        {
            outcomes[reader.GetInt32(0)] = new Appended(
                reader.IsDBNull(1) ? null : reader.GetInt64(1),
                reader.IsDBNull(2) ? null : new SessionState(SessionStatuses.Parse(reader.GetString(2)), reader.GetInt64(3)));
        }

        return outcomes;
    }

    private static List<Row> Rows(IReadOnlyList<Append> writes)
    {
        var rows = new List<Row>(writes.Count);
        for (var write = 0; write < writes.Count; write++)
        {
            for (var part = 0; part < writes[write].Messages.Count; part++)
            {
                rows.Add(new Row(writes[write], write, part));
            }
        }

        return rows;
    }

    private readonly record struct Row(Append Write, int Index, int Part)
    {
        public NewMessage New => Write.Messages[Part];

        public bool IsFirst => Part == 0;
    }
}
