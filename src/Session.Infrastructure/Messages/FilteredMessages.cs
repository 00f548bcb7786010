using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// The filtered messages of a session of which a part is packed. Segments tell how many messages of each kind they hold: what is counted
/// and what is passed over is not unpacked, but for the two segments in which a range ends.
/// </summary>
internal sealed class FilteredMessages : IMessageRows
{
    /// <summary>How many of the messages that are rows the filters choose.</summary>
    public const string Counts =
        $"""
        SELECT count(*) AS total, count(*) FILTER (WHERE m.sequence > $5 AND m.sequence < $6) AS in_range
        FROM dev.session_messages AS m
        WHERE m.user_id = s.user_id AND m.session_id = s.session_id AND {Matches}
        """;

    private const string Matches = "($3::text IS NULL OR m.role = $3) AND ($4::text IS NULL OR m.message_type = $4)";

    private const string OfSession =
        $"""
        SELECT counts.total, counts.in_range
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({Counts}) AS counts
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private const string OfSegments =
        """
        SELECT g.first_sequence, g.last_sequence, sum(kind.messages)
        FROM dev.message_segments AS g
        CROSS JOIN LATERAL unnest(g.roles, g.message_types, g.counts) AS kind (role, message_type, messages)
        WHERE g.user_id = $1 AND g.session_id = $2
          AND ($3::text IS NULL OR kind.role = $3) AND ($4::text IS NULL OR kind.message_type = $4)
        GROUP BY g.first_sequence, g.last_sequence
        ORDER BY g.first_sequence
        """;

    private const string OneSegment =
        $"""
        SELECT {PackedColumns.Whole}
        FROM dev.message_segments AS g
        WHERE g.user_id = $1 AND g.session_id = $2 AND g.first_sequence = $3
        """;

    private static readonly string FirstRows = Alone(Chosen("ASC"));
    private static readonly string NewestRows = Alone(Chosen("DESC"));

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly string _userId;
    private readonly Guid _sessionId;
    private readonly MessageSelection _selection;
    private readonly MessageFilter _filter;
    private readonly List<Taken> _taken = [];
    private bool _isDisposed;

    private FilteredMessages(NpgsqlConnection connection, NpgsqlTransaction transaction, string userId, Guid sessionId, MessageSelection selection)
    {
        (_connection, _transaction, _userId, _sessionId, _selection) = (connection, transaction, userId, sessionId, selection);
        _filter = new MessageFilter(selection);
    }

    public long Total { get; private set; }

    public long InRange { get; private set; }

    /// <summary>The messages of a session that are rows and that the filters choose, from one end of a range.</summary>
    public static string Chosen(string order) =>
        $"""
        SELECT {MessageColumns.List}
        FROM dev.session_messages AS m
        WHERE m.user_id = s.user_id AND m.session_id = s.session_id AND m.sequence > $5 AND m.sequence < $6 AND {Matches}
        ORDER BY m.sequence {order}
        LIMIT $7 OFFSET $8
        """;

    /// <summary>Adds the parameters of a filtered selection, of <c>$3</c> to <c>$6</c>.</summary>
    public static void AddFilter(NpgsqlParameterCollection parameters, MessageSelection selection)
    {
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.Role });
        parameters.Add(new NpgsqlParameter<string?> { TypedValue = selection.MessageType });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.After });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = selection.Before });
    }

    /// <summary>Begins to read, all as of one moment; <see langword="null"/> when there is no such session. The connection is the rows' then.</summary>
    public static async Task<IMessageRows?> OpenAsync(
        NpgsqlConnection connection, string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var messages = new FilteredMessages(connection, transaction, userId, sessionId, selection);
        var isThere = false;
        try
        {
            isThere = await messages.CountAsync(cancellationToken);
            return isThere ? messages : null;
        }
        finally
        {
            if (!isThere)
            {
                await transaction.DisposeAsync();
            }
        }
    }

    public async IAsyncEnumerable<MessageRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var taken in _taken)
        {
            if (taken.Segment is { } segment)
            {
                using var part = await ReadSegmentAsync(segment.First, cancellationToken);
                foreach (var row in InOrder(part.Choose(_filter, _selection.After, _selection.Before), taken))
                {
                    yield return row;
                }

                continue;
            }

            await foreach (var row in ReadRowsAsync(taken, cancellationToken))
            {
                yield return row;
            }
        }
    }

    // Once only: a connection uses its transaction again, so a second time would end that of whoever got the connection next.
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }

    private static string Alone(string chosen) =>
        $"""
        SELECT m.*
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({chosen}) AS m
        WHERE s.user_id = $1 AND s.session_id = $2
        """;

    private async Task<bool> CountAsync(CancellationToken cancellationToken)
    {
        long inRows;
        await using (var command = Command(OfSession))
        {
            AddFilter(command.Parameters, _selection);
            await command.PrepareAsync(cancellationToken);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }

            Total = reader.GetInt64(0);
            inRows = reader.GetInt64(1);
        }

        var segments = await ReadSegmentsAsync(cancellationToken);
        Total += segments.Sum(segment => segment.Chosen);
        var parts = new List<(SegmentCount? Segment, long Chosen)>();
        foreach (var segment in segments)
        {
            if (await CountInRangeAsync(segment, cancellationToken) is > 0 and var chosen)
            {
                parts.Add((segment, chosen));
            }
        }

        parts.Add((null, inRows));
        InRange = parts.Sum(part => part.Chosen);
        Take(parts);
        return true;
    }

    private async Task<List<SegmentCount>> ReadSegmentsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(OfSegments);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = _selection.Role });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = _selection.MessageType });
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var segments = new List<SegmentCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            segments.Add(new SegmentCount(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return segments;
    }

    private async Task<long> CountInRangeAsync(SegmentCount segment, CancellationToken cancellationToken)
    {
        if (segment.First > _selection.After && segment.Last < _selection.Before)
        {
            return segment.Chosen;
        }

        if (segment.Last <= _selection.After || segment.First >= _selection.Before)
        {
            return 0;
        }

        using var part = await ReadSegmentAsync(segment.First, cancellationToken);
        return part.Choose(_filter, _selection.After, _selection.Before).Count;
    }

    /// <summary>Passes over what is to be passed over and notes what is to be read, in the order of reading.</summary>
    private void Take(List<(SegmentCount? Segment, long Chosen)> parts)
    {
        if (_selection.Order != MessageOrder.OldestFirst)
        {
            parts.Reverse();
        }

        long skip = _selection.Skip, take = _selection.Take;
        foreach (var (segment, chosen) in parts)
        {
            var count = Math.Min(chosen - skip, take);
            if (count > 0)
            {
                _taken.Add(new Taken(segment, skip, count));
                take -= count;
            }

            skip = Math.Max(0, skip - chosen);
        }

        if (_selection.Order == MessageOrder.LastInTimeOrder)
        {
            _taken.Reverse();
        }
    }

    /// <summary>What is taken of one part's messages: counted from the end at which the selection begins, given in its order.</summary>
    private IEnumerable<MessageRow> InOrder(IReadOnlyList<MessageRow> rows, Taken taken) => _selection.Order switch
    {
        MessageOrder.OldestFirst => rows.Skip((int)taken.Skip).Take((int)taken.Count),
        MessageOrder.NewestFirst => rows.Reverse().Skip((int)taken.Skip).Take((int)taken.Count),
        _ => rows.SkipLast((int)taken.Skip).TakeLast((int)taken.Count),
    };

    private async Task<PackedPart> ReadSegmentAsync(long first, CancellationToken cancellationToken)
    {
        await using var command = Command(OneSegment);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return PackedColumns.Read(reader, 0);
    }

    private async IAsyncEnumerable<MessageRow> ReadRowsAsync(Taken taken, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command(_selection.Order switch
        {
            MessageOrder.OldestFirst => FirstRows,
            MessageOrder.NewestFirst => NewestRows,
            _ => $"SELECT * FROM ({NewestRows}) AS chosen ORDER BY sequence",
        });
        AddFilter(command.Parameters, _selection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = taken.Count });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = taken.Skip });
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new MessageRowReader(reader, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return messages.Read();
        }
    }

#pragma warning disable CA2100 // Constant texts.
    private NpgsqlCommand Command(string sql) => new(sql, _connection, _transaction)
#pragma warning restore CA2100
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = _userId },
            new NpgsqlParameter<Guid> { TypedValue = _sessionId },
        },
    };

    /// <summary>A segment, and how many of its messages the filters choose.</summary>
    private readonly record struct SegmentCount(long First, long Last, long Chosen);

    /// <summary>Messages to read of a segment, or of those that are rows: so many, after so many that are passed over.</summary>
    private readonly record struct Taken(SegmentCount? Segment, long Skip, long Count);
}
