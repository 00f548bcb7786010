using Npgsql;
using SessionService.Application.Messages;
using SessionService.Infrastructure.Messages.Packed;

namespace SessionService.Infrastructure.Messages;

/// <summary>Puts the rows of a statement into a portion.</summary>
internal static class PortionRows
{
    /// <summary>How many segments a statement brings at most.</summary>
    public const int MaxSegments = 8;

    /// <summary>Where the columns of a message begin, after the counts.</summary>
    public const int FirstColumn = 4;

    private const int Segment = FirstColumn + MessageColumns.Count;

    /// <summary>
    /// Adds messages and segments. The reader stands on the first row. Returns whether something was left out: a text that is too long, a
    /// segment, or what does not fit into the portion.
    /// </summary>
    public static async Task<bool> AddAsync(
        this MessagePortion portion, NpgsqlDataReader reader, MessageSelection selection, CancellationToken cancellationToken)
    {
        var (first, isDescending) = (portion.Count, selection.Order == MessageOrder.NewestFirst);
        var path = selection.Path is { IsWhole: false } ? selection.Path : null;
        var messages = new MessageRowReader(reader, FirstColumn);
        var segments = 0;
        do
        {
            if (!reader.IsDBNull(FirstColumn))
            {
                if (portion.IsFull || IsTooLong(reader, FirstColumn) || LeavesGap(reader.GetInt64(FirstColumn)))
                {
                    return true;
                }

                portion.Add(messages.Read());
            }
            else if (!reader.IsDBNull(Segment))
            {
                segments++;
                if (portion.IsFull || !AddPart())
                {
                    return true;
                }
            }
            else
            {
                // A session's row without a message.
                return false;
            }
        }
        while (await reader.ReadAsync(cancellationToken));

        // Where all messages are packed, no message behind the segments shows that there are more of these.
        return segments == MaxSegments;

        bool AddPart()
        {
            var part = PackedColumns.Read(reader, Segment);
            portion.Hold(part);
            foreach (var row in part.Rows(isDescending).Where(row => path is null || path.Contains(row.Sequence)))
            {
                if (portion.IsFull || LeavesGap(row.Sequence))
                {
                    return false;
                }

                portion.Add(row);
            }

            return true;
        }

        // The numbers of a path follow each other. Where one does not, the statement has left out segments.
        bool LeavesGap(long sequence) =>
            selection.IsUnfiltered && portion.Count > first && sequence != FollowerOf(portion[portion.Count - 1].Sequence);

        long FollowerOf(long sequence) => path is null
            ? sequence + (isDescending ? -1 : 1)
            : isDescending ? path.Previous(sequence) : path.Next(sequence);
    }

    /// <summary>Adds messages that filters choose, without counts or segments. Otherwise like <see cref="AddAsync"/>.</summary>
    public static async Task<bool> AddChosenAsync(this MessagePortion portion, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var messages = new MessageRowReader(reader, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (portion.IsFull || IsTooLong(reader, 0))
            {
                return true;
            }

            portion.Add(messages.Read());
        }

        return false;
    }

    private static bool IsTooLong(NpgsqlDataReader reader, int first) =>
        reader.IsDBNull(first + MessageColumns.Content) || reader.IsDBNull(first + MessageColumns.Metadata);
}
