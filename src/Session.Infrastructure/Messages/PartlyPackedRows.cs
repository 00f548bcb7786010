using System.Data;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages;

/// <summary>
/// The filtered messages of a session of which a part is packed. Segments know how many messages of each kind they hold, so messages that
/// are only counted or passed over are not unpacked, except in the two segments where a range ends. By hand for the arrays that are
/// unnested.
/// </summary>
internal sealed class PartlyPackedRows
{
    private const string OfSession =
        $"""
        SELECT counts.total, counts.in_range
        FROM dev.sessions AS s
        CROSS JOIN LATERAL ({FilteredSelection.Counts}) AS counts
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

    private readonly Sql _sql;
    private readonly string _userId;
    private readonly Guid _sessionId;
    private readonly MessageSelection _selection;
    private readonly MessageFilter _filter;
    private readonly List<Taken> _taken = [];

    private PartlyPackedRows(Sql sql, string userId, Guid sessionId, MessageSelection selection)
    {
        (_sql, _userId, _sessionId, _selection) = (sql, userId, sessionId, selection);
        _filter = new MessageFilter(selection);
    }

    /// <summary>Fills a portion, all as of one moment; false when there is no such session.</summary>
    public static async Task<bool> FillAsync(
        Sql sql,
        string userId,
        Guid sessionId,
        MessageSelection selection,
        MessagePortion portion,
        CancellationToken cancellationToken)
    {
        await using var transaction = await sql.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var rows = new PartlyPackedRows(sql, userId, sessionId, selection);
        if (!await rows.CountAsync(portion, cancellationToken))
        {
            return false;
        }

        await rows.ReadAsync(portion, cancellationToken);
        return true;
    }

    private async Task ReadAsync(MessagePortion portion, CancellationToken cancellationToken)
    {
        foreach (var taken in _taken)
        {
            if (taken.Segment is not { } segment)
            {
                var rows = _selection with { Skip = taken.Skip, Take = (int)taken.Count };
                await MessageReader.ReadChosenAsync(_sql, _userId, _sessionId, new MessageSteps(rows), portion, cancellationToken);
                continue;
            }

            if (portion.IsFull)
            {
                return;
            }

            var part = await ReadSegmentAsync(segment.First, cancellationToken);
            portion.Hold(part);
            foreach (var row in InOrder(part.Choose(_filter, _selection.After, _selection.Before, _selection.Path), taken))
            {
                if (portion.IsFull)
                {
                    return;
                }

                portion.Add(row);
            }
        }

        portion.IsLast = portion.Count == _taken.Sum(taken => taken.Count);
    }

    private async Task<bool> CountAsync(MessagePortion portion, CancellationToken cancellationToken)
    {
        var rows = await _sql.Statement(OfSession, FilteredSelection.Values(_userId, _sessionId, _selection))
            .FirstAsync(row => ((long Total, long InRange)?)(row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        if (rows is not { } counted)
        {
            return false;
        }

        var segments = await _sql.Statement(OfSegments, _userId, _sessionId, _selection.Role, _selection.MessageType)
            .ListAsync(row => new SegmentCount(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        portion.Total = counted.Total;
        var parts = new List<(SegmentCount? Segment, long Chosen)>();
        foreach (var segment in segments)
        {
            var (total, chosen) = await CountAsync(segment, cancellationToken);
            portion.Total += total;
            if (chosen > 0)
            {
                parts.Add((segment, chosen));
            }
        }

        parts.Add((null, counted.InRange));
        portion.InRange = parts.Sum(part => part.Chosen);
        Take(parts);
        return true;
    }

    /// <summary>How many messages of a segment the filters choose, of those on the path, and how many of these are in the range.</summary>
    private async Task<(long Total, long InRange)> CountAsync(SegmentCount segment, CancellationToken cancellationToken)
    {
        var onPath = _selection.Path?.CountBetween(segment.First - 1, segment.Last) ?? segment.Messages;
        var isInRange = segment.First > _selection.After && segment.Last < _selection.Before;
        var isOutOfRange = segment.Last <= _selection.After || segment.First >= _selection.Before;
        if (onPath == 0 || segment.Chosen == 0)
        {
            return default;
        }

        if (onPath == segment.Messages && (isInRange || isOutOfRange))
        {
            return (segment.Chosen, isInRange ? segment.Chosen : 0);
        }

        using var part = await ReadSegmentAsync(segment.First, cancellationToken);
        var chosen = part.Choose(_filter, path: _selection.Path);
        return (chosen.Count, chosen.Count(row => row.Sequence > _selection.After && row.Sequence < _selection.Before));
    }

    /// <summary>Notes which messages of which parts are to be read, in the order of reading.</summary>
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
    }

    /// <summary>The messages to read of one part, counted from the end at which the selection begins.</summary>
    private IEnumerable<MessageRow> InOrder(IReadOnlyList<MessageRow> rows, Taken taken) =>
        (_selection.Order == MessageOrder.OldestFirst ? rows : rows.Reverse()).Skip((int)taken.Skip).Take((int)taken.Count);

    private async Task<PackedPart> ReadSegmentAsync(long first, CancellationToken cancellationToken)
    {
        var part = await _sql.Statement(OneSegment, _userId, _sessionId, first)
            .FirstAsync(row => PackedColumns.Read(row, 0), cancellationToken);
        return part ?? throw new InvalidOperationException("A segment of this moment cannot have gone.");
    }

    /// <summary>A segment, and how many of its messages the filters choose.</summary>
    private readonly record struct SegmentCount(long First, long Last, long Chosen)
    {
        public long Messages => Last - First + 1;
    }

    /// <summary>Messages to read of a segment, or of those that are rows: so many, after so many that are passed over.</summary>
    private readonly record struct Taken(SegmentCount? Segment, long Skip, long Count);
}
